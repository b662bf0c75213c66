// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// The comparison guide's bands against what this run measured, for its first duo and its first routed method; those that are absent make no
/// claims. Verdict: "holds" (the measured value reaches the band), "cannot hold here" (it does not, and arithmetic says that it could not at
/// this length, on this model or under this match), else "does not hold"; the reason is computed. Memory is KV bytes, speed decoded tokens per
/// second, quality the share of positions with the full cache's most likely token.
std::vector<Claim> claimsOf(const Comparison&);

}  // namespace presslab
