// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/scores.h"

namespace presslab {

void windowScores(const ScoreLayer& l, int64_t queries, int pool, bool valueNorm, float* out) {
  const int64_t tokens = l.t.tokens, kept = tokens - queries;
  constexpr int kBatch = 12;  // whole register tiles
  std::vector<float> rows(size_t(kBatch) * size_t(l.shape.headDim)), logits, sum(static_cast<size_t>(tokens));
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const Sideways& keys = l.keys(h);
    logits.resize(size_t(kBatch) * size_t(keys.stride));
    std::fill(sum.begin(), sum.end(), 0.f);
    for (int g = 0; g < l.shape.group; ++g) {
      for (int64_t first = kept; first < tokens; first += kBatch) {
        const int n = int(std::min<int64_t>(kBatch, tokens - first));
        for (int a = 0; a < n; ++a) l.query(first + a, h * l.shape.group + g, rows.data() + a * l.shape.headDim);
        dotAll(rows.data(), n, keys, first + n, logits.data());
        for (int a = 0; a < n; ++a) addSoftmax(logits.data() + a * keys.stride, 0, first + a + 1, l.scale(), 1.f, sum.data());
      }
    }
    float* row = out + int64_t(h) * tokens;
    const float* norms = valueNorm ? l.norms(h) : nullptr;
    const float scale = 1.f / (float(std::max<int64_t>(1, queries)) * float(l.shape.group) * float(pool));
    for (int64_t i = 0; i < kept; ++i) {
      float pooled = 0;
      for (int64_t j = std::max<int64_t>(0, i - pool / 2); j <= std::min(kept - 1, i + pool / 2); ++j) pooled += sum[size_t(j)];
      row[i] = pooled * scale * (norms ? norms[i] : 1.f);
    }
  }
  putOnTop(out, l.shape.kvHeads, tokens, kept, tokens);
}

}  // namespace presslab
