// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace presslab {

/// Working memory of rankAscending, reused over heads and policies.
struct RankScratch {
  std::vector<uint64_t> a, b;
};

/// rank[i] = ascending place of score[i], 0..n-1. Equal scores keep their order (the later one ranks higher); NaN ranks lowest.
/// A radix sort over three digits, so the time does not depend on the data.
void rankAscending(const float* score, int64_t n, int32_t* rank, RankScratch&);

}  // namespace presslab
