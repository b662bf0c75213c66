// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/ranks.h"

#include <algorithm>

namespace presslab {

void mixRanks(const int32_t* ranks, int policies, int heads, int64_t tokens, const float* gates, double shared, float* out) {
  const int64_t plane = int64_t(heads) * tokens;
  if (!gates || shared >= 1) {  // whole numbers until the last step: equal sums of ranks stay equal scores
    std::vector<int64_t> sum(static_cast<size_t>(plane), 0);
    for (int e = 0; e < policies; ++e) {
      for (int64_t i = 0; i < plane; ++i) sum[size_t(i)] += ranks[e * plane + i];
    }
    const double scale = 1. / (double(policies) * double(tokens));
    for (int64_t i = 0; i < plane; ++i) out[i] = float((double(sum[size_t(i)]) + .5 * policies) * scale);
    return;
  }
  const float unit = 1.f / float(tokens), base = float(shared) / float(policies);
  for (int h = 0; h < heads; ++h) {
    float* row = out + int64_t(h) * tokens;
    for (int64_t i = 0; i < tokens; ++i) {
      float sum = 0;
      for (int e = 0; e < policies; ++e) {
        const float weight = base + (1.f - float(shared)) * gates[i * policies + e];
        sum += weight * ((float(ranks[e * plane + int64_t(h) * tokens + i]) + .5f) * unit);
      }
      row[i] = sum;
    }
  }
}

void applyPins(float* score, int64_t n) {
  for (int64_t i = std::max<int64_t>(0, n - kPinnedRecent); i < n; ++i) score[i] = 1000.f + float(i - (n - kPinnedRecent));
  for (int64_t i = 0; i < std::min(n, kPinnedSinks); ++i) score[i] = 2000.f - float(i);
}

}  // namespace presslab
