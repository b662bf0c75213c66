// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/kernels.h"

namespace presslab {

/// Scores of a head that AdaKV protects: int(mean * alpha), at least one, whatever alpha: a head without any key has no attention.
inline int64_t protectedEach(int64_t mean, double alpha) { return std::max<int64_t>(1, int64_t(double(mean) * alpha)); }

/// AdaKV's floor: gives the protected scores of each head the highest value there is. scores: (heads, T).
inline void protectBest(float* scores, int heads, int64_t tokens, int64_t mean, double alpha) {
  const int64_t safe = protectedEach(mean, alpha);
  std::vector<int32_t> best(static_cast<size_t>(safe));
  for (int h = 0; h < heads; ++h) {
    float* row = scores + h * tokens;
    kernels::selectTop(row, tokens, safe, best.data());
    for (const int32_t b : best) row[b] = std::numeric_limits<float>::max();
  }
}

/// Positions of each head among the heads * mean highest scores of a layer.
inline std::vector<std::vector<int32_t>> bestOfLayer(const float* scores, int heads, int64_t tokens, int64_t mean) {
  std::vector<int32_t> chosen(size_t(heads * mean));
  kernels::selectTop(scores, heads * tokens, heads * mean, chosen.data());
  std::vector<std::vector<int32_t>> out(static_cast<size_t>(heads));
  for (const int32_t c : chosen) out[size_t(c / tokens)].push_back(int32_t(c % tokens));
  return out;
}

}  // namespace presslab
