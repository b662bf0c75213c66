// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/press/trace.h"

namespace presslab {

/// Learned importance (routed-press.md section 2, step b): for each KV head a linear map from what a layer knows of a token to the logarithm of
/// how strongly the model looks at it while it repeats the context. One ridge regression a layer, all its heads against the same features.
class ImportanceFit {
 public:
  static constexpr double kLambda = 30;
  explicit ImportanceFit(const HeadShape&);

  /// Adds tokens of one document. x: (context, hidden) normalised attention input; y2: (kvHeads, context); tokens: places that count.
  void add(int layer, const float* x, const float* y2, int64_t context, std::span<const int> tokens);
  /// Solves every layer: (L, kvHeads, hidden + 5). forEach runs a job for each layer, in any order and on any thread.
  std::vector<float> solve(const std::function<void(int, const std::function<void(int)>&)>& forEach) const;

 private:
  HeadShape m_shape;
  size_t m_width;                               // features: hidden + 5
  std::vector<std::vector<double>> m_products;  // by layer: (width, width)
  std::vector<std::vector<double>> m_right;     // by layer: (kvHeads, width)
};

/// The features that stand behind x: ln(T-i)/7, ln(1+i)/7, [i<4], i/T, 1.
void importanceFeatures(int64_t i, int64_t tokens, float* out);

/// x with (A + lambda I) x = b for each of `columns` right sides; A symmetric (n x n), only its lower triangle is read; b and the result
/// (columns, n). Through the Cholesky factor in double. Throws Failure(Failed) when a pivot is not positive.
std::vector<double> solveRidge(std::vector<double> a, std::vector<double> b, int n, int columns, double lambda);

}  // namespace presslab
