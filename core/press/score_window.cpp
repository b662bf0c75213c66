// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/device_layer.h"

namespace presslab {

void windowScores(const ScoreLayer& l, int64_t queries, int pool, bool valueNorm, float* out, bool byCount) {
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.windowScores(queries, pool, valueNorm, byCount); })) return;
  const int64_t tokens = l.t.tokens, kept = tokens - queries;
  constexpr int kBatch = 12;  // whole register tiles
  const int dim = l.shape.headDim, heads = l.shape.queryHeads();
  l.keys(0);  // made before the tasks read them
  if (valueNorm) l.norms(0);
  std::vector<float> sums(size_t(heads) * size_t(tokens), 0.f);  // attention of each query head
  forTasks(l.t, heads, [&](int q) {
    const Sideways& keys = l.keys(q / l.shape.group);
    std::vector<float> rows(size_t(kBatch) * size_t(dim)), logits(size_t(kBatch) * size_t(keys.stride));
    float* sum = sums.data() + int64_t(q) * tokens;
    for (int64_t first = kept; first < tokens; first += kBatch) {
      const int n = int(std::min<int64_t>(kBatch, tokens - first));
      for (int a = 0; a < n; ++a) l.query(first + a, q, rows.data() + a * dim);
      dotAll(rows.data(), n, keys, first + n, logits.data());
      for (int a = 0; a < n; ++a) {
        addSoftmax(logits.data() + a * keys.stride, 0, first + a + 1, l.scale(), byCount ? float(first + a) : 1.f, sum);
      }
    }
  });
  forTasks(l.t, l.shape.kvHeads, [&](int h) {
    float* sum = sums.data() + int64_t(h) * l.shape.group * tokens;
    for (int g = 1; g < l.shape.group; ++g) {
      for (int64_t i = 0; i < kept; ++i) sum[i] += sum[g * tokens + i];
    }
    float* row = out + int64_t(h) * tokens;
    const float* norms = valueNorm ? l.norms(h) : nullptr;
    const float scale = 1.f / (float(std::max<int64_t>(1, queries)) * float(l.shape.group) * float(pool));
    for (int64_t i = 0; i < kept; ++i) {
      float pooled = 0;
      for (int64_t j = std::max<int64_t>(0, i - pool / 2); j <= std::min(kept - 1, i + pool / 2); ++j) pooled += sum[size_t(j)];
      row[i] = pooled * scale * (norms ? norms[i] : 1.f);
    }
  });
  putOnTop(out, l.shape.kvHeads, tokens, kept, tokens);
}

}  // namespace presslab
