// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/device_layer.h"

namespace presslab {

void tovaScores(const ScoreLayer& l, float* out) {
  if (scoredOnDevice(l, out, [](DeviceLayer& d) { d.tovaScores(); })) return;
  const int64_t tokens = l.t.tokens;
  std::vector<float> row(size_t(l.shape.headDim)), sum(size_t(tokens), 0.f), logits;
  for (int q = 0; q < l.shape.queryHeads() && tokens > 1; ++q) {
    const Sideways& keys = l.keys(q / l.shape.group);
    logits.resize(size_t(keys.stride));
    l.query(tokens - 1, q, row.data());
    dotAll(row.data(), 1, keys, tokens, logits.data());
    addSoftmax(logits.data(), 0, tokens, l.scale(), 1.f / float(l.shape.queryHeads()), sum.data());
  }
  for (int h = 0; h < l.shape.kvHeads; ++h) std::copy(sum.begin(), sum.end(), out + int64_t(h) * tokens);
  putOnTop(out, l.shape.kvHeads, tokens, tokens - 1, tokens);
}

}  // namespace presslab
