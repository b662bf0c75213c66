// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace presslab {

/// Rows of a head turned on their side: (dim, stride) with the tokens contiguous, padded with zeros to whole vectors.
struct Sideways {
  int dim = 0;
  int64_t tokens = 0, stride = 0;
  std::vector<float> data;
  Sideways() = default;
  Sideways(const float* rows, int64_t rowStride, int64_t tokens, int dim) { assign(rows, rowStride, tokens, dim); }
  void assign(const float* rows, int64_t rowStride, int64_t tokens, int dim);  // keeps its memory
  const float* row(int d) const { return data.data() + int64_t(d) * stride; }
};

/// out[n, t] = sum_d rows[n, d] * keys[d, t] for t < limit (rounded up to whole vectors; out has stride keys.stride). Single thread,
/// fixed order of sums.
void dotAll(const float* rows, int count, const Sideways& keys, int64_t limit, float* out);

/// x[i] = exp(scale * x[i] - top) for i < n, returns the sum; relative error below 1e-6. top is subtracted after scaling.
float expScaled(float* x, int64_t n, float scale, float top);
float maxOf(const float* x, int64_t n);

/// gram[a, b] = mean over tokens of (rows_a - mean_a) (rows_b - mean_b); mean (dim) comes out too. The rows are centred in place; raw is what
/// they were made from, (tokens, dim) with its stride. Centring one side is enough: the other's mean meets a sum of zero.
void covariance(Sideways& rows, const float* raw, int64_t rawStride, float* mean, float* gram);

/// out[i] = max(out[i], factor * a[i]).
void maxProducts(const float* a, int64_t n, float factor, float* out);
/// out[i] += factor * a[i].
void addScaled(const float* a, int64_t n, float factor, float* out);

/// out[i] += factor * a[i] * b[i].
void addProducts(const float* a, const float* b, int64_t n, float factor, float* out);

}  // namespace presslab
