// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace presslab {

/// Working memory of rankAscending, reused over heads and policies.
struct RankScratch { std::vector<uint64_t> a, b; };

/// rank[i] = ascending place of score[i], 0..n-1. Equal scores keep their order (the later one ranks higher); NaN ranks lowest.
/// A radix sort over three digits, so the time does not depend on the data.
void rankAscending(const float* score, int64_t n, int32_t* rank, RankScratch&);

/// Pins of routed-press.md section 1.4 in place: the first 4 tokens above everything (the first highest), then the last 32, later =
/// higher. Scores must be below 1000.
void applyPins(float* score, int64_t n);
/// Mixed scores of all heads (routed-press.md section 1.3): shared * mean of the policies' ranks + (1 - shared) * their sum weighted by
/// the gates. ranks: (policies, heads, T); gates: (T, policies), null: equal ones; out: (heads, T), values in (0, 1).
void mixRanks(const int32_t* ranks, int policies, int heads, int64_t tokens, const float* gates, double shared, float* out);

inline constexpr int64_t kPinnedSinks = 4, kPinnedRecent = 32;

}  // namespace presslab
