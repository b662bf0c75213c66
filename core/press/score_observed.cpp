// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/device_layer.h"

namespace presslab {

void observedScores(const ScoreLayer& l, bool valueNorm, float* out) {
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.observedScores(valueNorm); })) return;
  const int64_t tokens = l.t.tokens;
  constexpr int kBatch = 8;
  std::vector<float> rows(size_t(kBatch) * size_t(l.shape.headDim)), logits;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const Sideways& keys = l.keys(h);
    logits.resize(size_t(kBatch) * size_t(keys.stride));
    float* row = out + int64_t(h) * tokens;
    std::fill(row, row + tokens, 0.f);
    for (int g = 0; g < l.shape.group; ++g) {
      for (int64_t first = 0; first < tokens; first += kBatch) {
        const int n = int(std::min<int64_t>(kBatch, tokens - first));
        for (int a = 0; a < n; ++a) l.query(first + a, h * l.shape.group + g, rows.data() + a * l.shape.headDim);
        dotAll(rows.data(), n, keys, first + n, logits.data());
        for (int a = 0; a < n; ++a) addSoftmax(logits.data() + a * keys.stride, 0, first + a + 1, l.scale(), 1.f, row);
      }
    }
    const float* norms = valueNorm ? l.norms(h) : nullptr;
    for (int64_t i = 0; i < tokens; ++i) row[i] *= (norms ? norms[i] : 1.f) / (float(tokens - i) * float(l.shape.group));
  }
}

}  // namespace presslab
