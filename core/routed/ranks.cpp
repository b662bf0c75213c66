// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/ranks.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace presslab {
namespace {

/// An unsigned key in the order of the floats: NaN lowest, -0 equal to +0.
uint32_t orderedKey(float v) {
  if (v != v) return 0;
  v += 0.f;
  uint32_t bits;
  std::memcpy(&bits, &v, sizeof bits);
  return (bits & 0x80000000u) ? ~bits : bits | 0x80000000u;
}

}  // namespace

void rankAscending(const float* score, int64_t n, int32_t* rank, RankScratch& scratch) {
  constexpr int kBits = 11, kSize = 1 << kBits, kPasses = 3;
  scratch.a.resize(size_t(n));
  scratch.b.resize(size_t(n));
  std::array<std::array<uint32_t, kSize>, kPasses> count{};
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t key = orderedKey(score[i]);
    scratch.a[size_t(i)] = uint64_t(key) << 32 | uint32_t(i);
    for (int p = 0; p < kPasses; ++p) ++count[size_t(p)][key >> (p * kBits) & (kSize - 1)];
  }
  for (int p = 0; p < kPasses; ++p) {
    auto& c = count[size_t(p)];
    uint32_t at = 0;
    for (uint32_t& slot : c) {
      const uint32_t here = slot;
      slot = at;
      at += here;
    }
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t item = scratch.a[size_t(i)];
      scratch.b[c[item >> (32 + p * kBits) & (kSize - 1)]++] = item;
    }
    std::swap(scratch.a, scratch.b);
  }
  for (int64_t i = 0; i < n; ++i) rank[uint32_t(scratch.a[size_t(i)])] = int32_t(i);
}

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
