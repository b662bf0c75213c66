// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/press/device_layer.h"

namespace presslab {

void keyNormScores(const ScoreLayer& l, float* out) {
  if (scoredOnDevice(l, out, [](DeviceLayer& d) { d.keyNormScores(); })) return;
  const int dim = l.shape.headDim;
  for (int64_t row = 0; row < l.shape.kvHeads * l.t.tokens; ++row) {
    const float* k = l.t.k + row * dim;
    double sum = 0;
    for (int d = 0; d < dim; ++d) sum += double(k[d]) * k[d];
    out[row] = -float(std::sqrt(sum));
  }
}

void putOnTop(const ScoreLayer& l, int64_t from, int64_t to, float* out) {
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.putOnTop(from, to); })) return;
  putOnTop(out, l.shape.kvHeads, l.t.tokens, from, to);
}

}  // namespace presslab
