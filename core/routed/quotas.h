// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace presslab {

/// Tokens that each active head keeps (routed-press.md section 1.5): convex hulls of the error curves, filled by steepest descent.
/// curve: (active, 12) on Pattern::kGrid. kept: N_A, 0..active * tokens. The sum of the result is exactly kept and none is above tokens.
std::vector<int64_t> curveQuotas(std::span<const float> curve, int active, int64_t tokens, int64_t kept);

/// The same number for each head, what is left over to the first ones.
std::vector<int64_t> equalQuotas(int active, int64_t kept);

}  // namespace presslab
