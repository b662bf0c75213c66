// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/rank_order.h"

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

}  // namespace presslab
