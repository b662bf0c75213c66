// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/api/metrics.h"

namespace presslab {

/// One line computed from the run: what the routed method loses against Duo at the same memory, or saves at the same quality, and the decode
/// speed with its spread and bound; without such a pair, each method against the baseline. "" when nothing can be compared.
std::string verdictOf(const Comparison&);

}  // namespace presslab
