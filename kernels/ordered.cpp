// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Row operations whose every rounding is PyTorch's (docs/adr/0010-exact-order.md). Compiled without contraction to fused multiply-adds.
#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"

namespace presslab::kernels {
namespace {

// What at::sum does to a row on every x86-64: vectors of 8 lanes in four chains, and a cascade of accumulators that keeps partial sums short.
constexpr int kLanes = 8, kStep = 4 * kLanes, kLevels = 4;

int ceilLog2(int64_t n) {
  int power = 0;
  while ((int64_t{1} << power) < n) ++power;
  return power;
}

template <int N>
void addSquares(float* sum, const float* x) {
  for (int i = 0; i < N; ++i) sum[i] += x[i] * x[i];
}

/// to += from.
template <int N>
void addLanes(float* to, const float* from) {
  for (int i = 0; i < N; ++i) to[i] += from[i];
}

float addUp(float total, const float* lanes) {
  for (int i = 0; i < kLanes; ++i) total += lanes[i];
  return total;
}

/// x.pow(2).sum() of a row.
float sumOfSquares(const float* x, int64_t n) {
  const int64_t steps = n / kStep;
  const int power = std::max(4, ceilLog2(steps) / kLevels);
  const int64_t run = int64_t{1} << power;
  float level[kLevels][kStep] = {};
  int64_t i = 0;
  while (i + run <= steps) {
    for (const int64_t end = i + run; i < end; ++i) addSquares<kStep>(level[0], x + i * kStep);
    for (int l = 1; l < kLevels; ++l) {
      addLanes<kStep>(level[l], level[l - 1]);
      std::fill_n(level[l - 1], kStep, 0.f);
      if ((i & ((run - 1) << (l * power))) != 0) break;
    }
  }
  for (; i < steps; ++i) addSquares<kStep>(level[0], x + i * kStep);
  for (int l = 1; l < kLevels; ++l) addLanes<kStep>(level[0], level[l]);
  for (i *= kStep; i + kLanes <= n; i += kLanes) addSquares<kLanes>(level[0], x + i);
  for (int chain = 1; chain < kStep / kLanes; ++chain) addLanes<kLanes>(level[0], level[0] + chain * kLanes);
  float rest = 0;
  for (; i < n; ++i) rest += x[i] * x[i];
  return addUp(rest, level[0]);
}

}  // namespace

void rmsNormOrdered(const float* x, const float* weight, float eps, float* out, int64_t n) {
  const float factor = 1.f / std::sqrt(sumOfSquares(x, n) / float(n) + eps);
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

void ropeOrdered(float* x, int heads, int headDim, int dim, const float* cos, const float* sin) {
  const int half = dim / 2;
  for (int h = 0; h < heads; ++h, x += headDim) {
    for (int i = 0; i < half; ++i) {
      const float a = x[i], b = x[i + half];
      x[i] = a * cos[i] - b * sin[i];
      x[i + half] = b * cos[i] + a * sin[i];
    }
  }
}

void rowNormsOrdered(const float* rows, int64_t count, int64_t dim, float* out) {
  for (int64_t r = 0; r < count; ++r, rows += dim) {
    float lanes[kLanes] = {};
    int64_t i = 0;
    for (; i + kLanes <= dim; i += kLanes) addSquares<kLanes>(lanes, rows + i);
    float total = addUp(0, lanes);
    for (; i < dim; ++i) total += rows[i] * rows[i];
    out[r] = std::sqrt(total);
  }
}

}  // namespace presslab::kernels
