// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/rewrite_rows.h"

#include <map>

namespace presslab {
namespace {

/// One row as float32, changed and written back.
template <class F>
void change(kernels::Elem elem, std::byte* row, std::vector<float>& room, F&& f) {
  kernels::convertToF32(elem, row, room.data(), int64_t(room.size()));
  f(room.data());
  kernels::convertFromF32(elem, room.data(), row, int64_t(room.size()));
}

void mergeValues(RaggedCache& cache, int layer, int head, const std::vector<RowMerge>& merges) {
  struct Sum {
    std::vector<double> value;
    double weight = 0;
  };
  const auto dim = size_t(cache.headDim());
  std::vector<float> row(dim);
  std::map<int32_t, Sum> sums;
  for (const RowMerge& m : merges) {
    Sum& sum = sums[m.into];
    sum.value.resize(dim, 0.0);
    sum.weight += double(m.weight);
    kernels::convertToF32(cache.elem(), cache.vRow(layer, head, m.from), row.data(), int64_t(dim));
    for (size_t d = 0; d < dim; ++d) sum.value[d] += double(m.weight) * double(row[d]);
  }
  for (const auto& [into, sum] : sums) {
    change(cache.elem(), cache.vRow(layer, head, into), row, [&](float* v) {
      for (size_t d = 0; d < dim; ++d) v[d] = float((double(v[d]) + sum.value[d]) / (1 + sum.weight));
    });
  }
}

}  // namespace

void rewriteRows(RaggedCache& cache, const LayerTrace& rotation, int layer, const LayerKeep& kept) {
  std::vector<float> row(static_cast<size_t>(cache.headDim()));
  for (size_t h = 0; h < kept.heads.size(); ++h) {
    const HeadKeep& head = kept.heads[h];
    if (!head.merges.empty()) mergeValues(cache, layer, int(h), head.merges);
    if (head.zeroed.empty() && !kept.rerotated) continue;
    for (size_t j = 0; j < head.positions.size(); ++j) {
      const int32_t p = head.positions[j];
      if (head.zeroed.empty() && p == int32_t(j)) continue;
      change(cache.elem(), cache.kRow(layer, int(h), p), row, [&](float* k) {
        for (const int32_t d : head.zeroed) k[d] = 0;
        if (!kept.rerotated || p == int32_t(j)) return;
        rotate(k, rotation, int64_t(j) - p);
        for (int d = 0; d < rotation.ropeDim && rotation.ropeScale != 1; ++d) k[d] /= rotation.ropeScale;  // the tables are scaled
      });
    }
  }
}

}  // namespace presslab
