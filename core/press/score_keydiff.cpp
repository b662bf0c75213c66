// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/press/device_layer.h"

namespace presslab {

void keyDiffScores(const ScoreLayer& l, float* out) {
  if (scoredOnDevice(l, out, [](DeviceLayer& d) { d.keyDiffScores(); })) return;
  const int dim = l.shape.headDim;
  forTasks(l.t, l.shape.kvHeads, [&](int h) {
    const float* k = l.t.k + int64_t(h) * l.t.tokens * dim;
    std::vector<double> anchor(size_t(dim), 0);
    std::vector<float> norm(size_t(l.t.tokens));
    for (int64_t i = 0; i < l.t.tokens; ++i) {
      double sum = 0;
      for (int d = 0; d < dim; ++d) sum += double(k[i * dim + d]) * k[i * dim + d];
      norm[size_t(i)] = std::max(1e-12f, float(std::sqrt(sum)));
      for (int d = 0; d < dim; ++d) anchor[size_t(d)] += k[i * dim + d] / norm[size_t(i)];
    }
    double length = 0;
    for (double& a : anchor) {
      a /= double(l.t.tokens);
      length += a * a;
    }
    length = std::max(1e-12, std::sqrt(length));
    for (int64_t i = 0; i < l.t.tokens; ++i) {
      double dot = 0;
      for (int d = 0; d < dim; ++d) dot += k[i * dim + d] * anchor[size_t(d)];
      out[int64_t(h) * l.t.tokens + i] = float(-dot / (norm[size_t(i)] * length));
    }
  });
}

}  // namespace presslab
