// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/torch_order.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace presslab {

std::vector<int32_t> torchTop(const float* score, int64_t n, int64_t kept) {
  using Entry = std::pair<float, int32_t>;
  std::vector<Entry> entries;
  entries.reserve(size_t(n));
  for (int64_t i = 0; i < n; ++i) entries.emplace_back(score[i], int32_t(i));
  const auto before = [](const Entry& a, const Entry& b) { return (std::isnan(a.first) && !std::isnan(b.first)) || a.first > b.first; };
  // torch sorts small shares and selects large ones; the two leave equal entries in different places.
  if (kept * 64 <= n)
    std::partial_sort(entries.begin(), entries.begin() + kept, entries.end(), before);
  else
    std::nth_element(entries.begin(), entries.begin() + kept - 1, entries.end(), before);
  std::vector<int32_t> out;
  for (int64_t i = 0; i < kept; ++i) out.push_back(entries[size_t(i)].second);
  return out;
}

LayerKeep keepTorchTop(const std::vector<float>& scores, int heads, int64_t kept) {
  const int64_t tokens = int64_t(scores.size()) / heads;
  LayerKeep layer;
  for (int h = 0; h < heads; ++h) {
    HeadKeep& head = layer.heads.emplace_back();
    head.positions = torchTop(scores.data() + h * tokens, tokens, kept);
    std::sort(head.positions.begin(), head.positions.end());
  }
  return layer;
}

}  // namespace presslab
