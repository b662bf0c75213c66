// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate/importance.h"

#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/press/linear.h"

namespace presslab {
namespace {

constexpr int kOwn = 5;  // features besides x
constexpr float kSmallest = 1e-6f;
constexpr int64_t kSinks = 4;

}  // namespace

void importanceFeatures(int64_t i, int64_t tokens, float* out) {
  out[0] = float(std::log(double(tokens - i)) / 7);
  out[1] = float(std::log(1. + double(i)) / 7);
  out[2] = i < kSinks ? 1.f : 0.f;
  out[3] = float(double(i) / double(tokens));
  out[4] = 1;
}

ImportanceFit::ImportanceFit(const HeadShape& shape) : m_shape(shape), m_width(size_t(shape.hidden) + kOwn) {
  m_products.assign(size_t(shape.layers), std::vector<double>(m_width * m_width, 0));
  m_right.assign(size_t(shape.layers), std::vector<double>(size_t(shape.kvHeads) * m_width, 0));
}

void ImportanceFit::add(int layer, const float* x, const float* y2, int64_t context, std::span<const int> tokens) {
  const size_t hidden = size_t(m_shape.hidden);
  std::vector<float> rows(tokens.size() * m_width);
  for (size_t n = 0; n < tokens.size(); ++n) {
    float* row = rows.data() + n * m_width;
    std::copy_n(x + size_t(tokens[n]) * hidden, hidden, row);
    importanceFeatures(tokens[n], context, row + hidden);
  }
  const std::vector<double> part = gram(rows.data(), int64_t(tokens.size()), int(m_width), nullptr);
  std::vector<double>& products = m_products[size_t(layer)];
  for (size_t i = 0; i < part.size(); ++i) products[i] += part[i];
  for (int h = 0; h < m_shape.kvHeads; ++h) {
    double* right = m_right[size_t(layer)].data() + size_t(h) * m_width;
    for (size_t n = 0; n < tokens.size(); ++n) {
      const double target = std::log(double(std::clamp(y2[int64_t(h) * context + tokens[n]], kSmallest, 1.f)));
      const float* row = rows.data() + n * m_width;
      for (size_t d = 0; d < m_width; ++d) right[d] += target * double(row[d]);
    }
  }
}

std::vector<float> ImportanceFit::solve(const std::function<void(int, const std::function<void(int)>&)>& forEach) const {
  const size_t perLayer = size_t(m_shape.kvHeads) * m_width;
  std::vector<float> out(size_t(m_shape.layers) * perLayer);
  forEach(m_shape.layers, [&](int l) {
    const std::vector<double> b = solveRidge(m_products[size_t(l)], m_right[size_t(l)], int(m_width), m_shape.kvHeads, kLambda);
    for (size_t i = 0; i < perLayer; ++i) out[size_t(l) * perLayer + i] = float(b[i]);
  });
  return out;
}

std::vector<double> solveRidge(std::vector<double> a, std::vector<double> b, int n, int columns, double lambda) {
  const auto row = [&](int r) { return a.data() + size_t(r) * size_t(n); };
  for (int r = 0; r < n; ++r) {  // the lower triangle becomes L, row by row
    row(r)[r] += lambda;
    for (int c = 0; c <= r; ++c) {
      double sum = row(r)[c];
      for (int k = 0; k < c; ++k) sum -= row(r)[k] * row(c)[k];
      if (c < r) {
        row(r)[c] = sum / row(c)[c];
      } else {
        if (!(sum > 0)) throw Failure(ErrorCode::Failed, "calibrate: the ridge regression has a pivot that is not positive");
        row(r)[r] = std::sqrt(sum);
      }
    }
  }
  for (int column = 0; column < columns; ++column) {
    double* x = b.data() + size_t(column) * size_t(n);
    for (int r = 0; r < n; ++r) {
      for (int k = 0; k < r; ++k) x[r] -= row(r)[k] * x[k];
      x[r] /= row(r)[r];
    }
    for (int r = n - 1; r >= 0; --r) {
      x[r] /= row(r)[r];
      for (int k = 0; k < r; ++k) x[k] -= row(r)[k] * x[r];
    }
  }
  return b;
}

}  // namespace presslab
