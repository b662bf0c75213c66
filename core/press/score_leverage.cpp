// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "core/api/error.h"
#include "core/press/linear.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

/// X'X with the smallest of .01, .1, 1, ... on its diagonal that lets it be inverted.
std::vector<float> steadyInverse(const std::vector<double>& gramian, int n) {
  double jitter = .01;
  for (int attempt = 0; attempt < 5; ++attempt, jitter *= 10) {
    std::vector<double> matrix = gramian;
    for (int d = 0; d < n; ++d) matrix[size_t(d) * size_t(n) + size_t(d)] += jitter;
    if (std::vector<float> inverse = inverseOf(std::move(matrix), n); !inverse.empty()) return inverse;
  }
  throw Failure(ErrorCode::Failed, "leverage: the keys of a head cannot be whitened");
}

}  // namespace

void leverageScores(const ScoreLayer& l, uint64_t seed, int sketch, float* out) {
  const int64_t tokens = l.t.tokens;
  const int dim = l.shape.headDim;
  forTasks(l.t, l.shape.kvHeads, [&](int h) {
    std::vector<float> keys = keysBeforeRotation(l.t, l.shape, h);
    std::vector<double> mean(size_t(dim), 0.0);
    for (int64_t i = 0; i < tokens; ++i) {
      for (int d = 0; d < dim; ++d) mean[size_t(d)] += double(keys[size_t(i * dim + d)]);
    }
    for (int64_t i = 0; i < tokens; ++i) {
      for (int d = 0; d < dim; ++d) keys[size_t(i * dim + d)] -= float(mean[size_t(d)] / double(tokens));
    }
    const std::vector<float> random = gaussianSketch(seed, l.t.layer, l.t.firstHead + h, dim, sketch);
    const std::vector<float> x = product(tokens, sketch, dim, keys.data(), dim, random.data(), sketch);
    const std::vector<float> inverse = steadyInverse(gram(x.data(), tokens, sketch, nullptr), sketch);
    const std::vector<float> leverage = quadratic(x.data(), tokens, sketch, inverse);
    std::transform(leverage.begin(), leverage.end(), out + int64_t(h) * tokens, [](float v) { return std::max(0.f, v); });
  });
  standardise(out, l.shape.kvHeads * tokens);
}

}  // namespace presslab
