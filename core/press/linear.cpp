// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/linear.h"

#include <algorithm>
#include <cmath>

#include "core/press/random.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr int64_t kStep = 16;  // columns of a product are whole vectors

int64_t padded(int64_t n) { return (n + kStep - 1) / kStep * kStep; }

}  // namespace

std::vector<float> product(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb) {
  const int64_t width = padded(n);
  std::vector<float> right, c(size_t(m * width));
  if (width != n) {
    right.assign(size_t(k * width), 0.f);
    for (int64_t r = 0; r < k; ++r) std::copy_n(b + r * ldb, n, right.data() + r * width);
    b = right.data();
    ldb = width;
  }
  kernels::multiply(m, width, k, a, lda, b, ldb, c.data(), width);
  if (width != n) {
    for (int64_t r = 1; r < m; ++r) std::copy_n(c.data() + r * width, n, c.data() + r * n);
    c.resize(size_t(m * n));
  }
  return c;
}

std::vector<double> gram(const float* rows, int64_t count, int dim, const float* weight) {
  constexpr int64_t kSpan = 1024;
  std::vector<double> sum(size_t(dim) * size_t(dim), 0.0);
  std::vector<float> side(size_t(dim) * size_t(kSpan));
  for (int64_t from = 0; from < count; from += kSpan) {
    const int64_t n = std::min(kSpan, count - from);
    const float* x = rows + from * dim;
    for (int64_t i = 0; i < n; ++i) {
      const float w = weight ? weight[from + i] : 1.f;
      for (int d = 0; d < dim; ++d) side[size_t(d * kSpan + i)] = w * x[i * dim + d];
    }
    const std::vector<float> part = product(dim, dim, n, side.data(), kSpan, x, dim);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += double(part[i]);
  }
  return sum;
}

std::vector<float> inverseOf(std::vector<double> a, int n) {
  const auto at = [&](int r, int c) -> double& { return a[size_t(r) * size_t(n) + size_t(c)]; };
  for (int c = 0; c < n; ++c) {  // the lower triangle becomes L
    for (int r = c; r < n; ++r) {
      double sum = .5 * (at(r, c) + at(c, r));
      for (int k = 0; k < c; ++k) sum -= at(r, k) * at(c, k);
      if (r == c && !(sum > 0)) return {};
      at(r, c) = r == c ? std::sqrt(sum) : sum / at(c, c);
    }
  }
  std::vector<float> inverse(a.size());
  std::vector<double> x(static_cast<size_t>(n));
  for (int c = 0; c < n; ++c) {  // columns of the inverse: L L' x = e_c
    for (int r = 0; r < n; ++r) {
      double sum = r == c ? 1 : 0;
      for (int k = 0; k < r; ++k) sum -= at(r, k) * x[size_t(k)];
      x[size_t(r)] = sum / at(r, r);
    }
    for (int r = n - 1; r >= 0; --r) {
      double sum = x[size_t(r)];
      for (int k = r + 1; k < n; ++k) sum -= at(k, r) * x[size_t(k)];
      x[size_t(r)] = sum / at(r, r);
    }
    for (int r = 0; r < n; ++r) inverse[size_t(r) * size_t(n) + size_t(c)] = float(x[size_t(r)]);
  }
  return inverse;
}

std::vector<float> quadratic(const float* rows, int64_t count, int dim, const std::vector<float>& matrix) {
  constexpr int64_t kSpan = 256;
  std::vector<float> out(static_cast<size_t>(count));
  for (int64_t from = 0; from < count; from += kSpan) {
    const int64_t n = std::min(kSpan, count - from);
    const float* x = rows + from * dim;
    const std::vector<float> turned = product(n, dim, dim, x, dim, matrix.data(), dim);
    for (int64_t i = 0; i < n; ++i) {
      float sum = 0;
      for (int d = 0; d < dim; ++d) sum += x[i * dim + d] * turned[size_t(i * dim + d)];
      out[size_t(from + i)] = sum;
    }
  }
  return out;
}

std::vector<float> gaussianSketch(uint64_t seed, int layer, int head, int rows, int cols) {
  SeededRandom random(seed);
  SeededRandom own(random.next() ^ (uint64_t(layer) << 32 | uint64_t(head)));
  std::vector<float> out(size_t(rows) * size_t(cols));
  const double scale = 1 / std::sqrt(double(cols));
  for (float& v : out) v = float(own.normal() * scale);
  return out;
}

void standardise(float* x, int64_t n) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < n; ++i) sum += double(x[i]);
  const double mean = n ? sum / double(n) : 0;
  for (int64_t i = 0; i < n; ++i) squares += (double(x[i]) - mean) * (double(x[i]) - mean);
  const double deviation = std::max(1e-6, n > 1 ? std::sqrt(squares / double(n - 1)) : 0);
  for (int64_t i = 0; i < n; ++i) x[i] = float((double(x[i]) - mean) / deviation);
}

}  // namespace presslab
