// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/press/rank_order.h"

namespace presslab {

/// Pins of routed-press.md section 1.4 in place: the first 4 tokens above everything (the first highest), then the last 32, later =
/// higher. Scores must be below 1000.
void applyPins(float* score, int64_t n);
/// Mixed scores of all heads (routed-press.md section 1.3): shared * mean of the policies' ranks + (1 - shared) * their sum weighted by
/// the gates. ranks: (policies, heads, T); gates: (T, policies), null: equal ones; out: (heads, T), values in (0, 1).
void mixRanks(const int32_t* ranks, int policies, int heads, int64_t tokens, const float* gates, double shared, float* out);

inline constexpr int64_t kPinnedSinks = 4, kPinnedRecent = 32;

}  // namespace presslab
