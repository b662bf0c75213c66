// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/dense.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/kernels.h"

// The compiler makes one copy of these loops per instruction set and picks at load time.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PRESSLAB_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PRESSLAB_CLONES
#endif

namespace presslab {
namespace {

constexpr int kLanes = 16;
typedef float Vec __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef int32_t IntVec __attribute__((vector_size(kLanes * sizeof(int32_t)), aligned(4), may_alias));

/// Whole pairs of vectors, and never a multiple of the page size: rows one below the other would share their cache lines' sets.
int64_t vectorStride(int64_t tokens) {
  const int64_t whole = (tokens + 2 * kLanes - 1) / (2 * kLanes) * (2 * kLanes);
  return whole % 1024 ? whole : whole + 2 * kLanes;
}

}  // namespace

void Sideways::assign(const float* rows, int64_t rowStride, int64_t tokenCount, int dims) {
  dim = dims;
  tokens = tokenCount;
  stride = vectorStride(tokenCount);
  data.resize(size_t(dims) * size_t(stride));
  for (int d = 0; d < dim; ++d) std::fill(data.begin() + d * stride + tokens, data.begin() + (d + 1) * stride, 0.f);
  for (int64_t first = 0; first < tokens; first += kLanes) {  // a block of rows at a time: both sides stay in the nearest cache
    const int64_t last = std::min(tokens, first + kLanes);
    for (int d = 0; d < dim; ++d) {
      float* out = data.data() + d * stride;
      for (int64_t t = first; t < last; ++t) out[t] = rows[t * rowStride + d];
    }
  }
}

void dotAll(const float* rows, int count, const Sideways& keys, int64_t limit, float* out) {
  const int64_t whole = (limit + kLanes - 1) / kLanes * kLanes;
  kernels::multiply(count, whole, keys.dim, rows, keys.dim, keys.data.data(), keys.stride, out, keys.stride);
}

PRESSLAB_CLONES float maxOf(const float* x, int64_t n) {
  float lanes[kLanes];
  const float lowest = -INFINITY;
  for (float& l : lanes) l = lowest;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int a = 0; a < kLanes; ++a) lanes[a] = x[i + a] > lanes[a] ? x[i + a] : lanes[a];
  }
  float top = lowest;
  for (; i < n; ++i) top = std::max(top, x[i]);
  for (const float l : lanes) top = std::max(top, l);
  return top;
}

PRESSLAB_CLONES float expScaled(float* x, int64_t n, float scale, float top) {
  Vec total{};
  float tail[kLanes];
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t part = std::min<int64_t>(kLanes, n - i);
    Vec v;
    if (part == kLanes) {
      v = *reinterpret_cast<const Vec*>(x + i);
    } else {
      for (int a = 0; a < kLanes; ++a) tail[a] = a < part ? x[i + a] : 0;
      v = *reinterpret_cast<const Vec*>(tail);
    }
    v = v * scale - top;
    v = v < -87.f ? Vec{} - 87.f : v;
    v = v > 88.f ? Vec{} + 88.f : v;
    // exp(v) = 2^k * exp(f), |f| <= ln(2)/2: k by rounding, then a polynomial
    const Vec k = (v * 1.44269504f + 12582912.f) - 12582912.f;
    const Vec f = (v - k * 0.693359375f) + k * 2.12194440e-4f;
    Vec p = f * (1.f / 5040) + 1.f / 720;
    p = p * f + 1.f / 120;
    p = p * f + 1.f / 24;
    p = p * f + 1.f / 6;
    p = p * f + .5f;
    p = p * f + 1.f;
    p = p * f + 1.f;
    const IntVec bits = (__builtin_convertvector(k, IntVec) + 127) << 23;
    Vec power;
    std::memcpy(&power, &bits, sizeof power);
    p = p * power;
    if (part == kLanes) {
      *reinterpret_cast<Vec*>(x + i) = p;
      total += p;
    } else {
      std::memcpy(tail, &p, sizeof tail);
      for (int64_t a = 0; a < part; ++a) {
        x[i + a] = tail[a];
        total[int(a)] += tail[a];
      }
    }
  }
  float sum = 0;
  for (int a = 0; a < kLanes; ++a) sum += total[a];
  return sum;
}

namespace {

PRESSLAB_CLONES void centre(Sideways& rows, float* mean) {
  const int64_t count = rows.tokens, whole = (count + kLanes - 1) / kLanes * kLanes;
  for (int d = 0; d < rows.dim; ++d) {
    float* row = rows.data.data() + d * rows.stride;
    Vec total{};
    for (int64_t t = 0; t < whole; t += kLanes) total += *reinterpret_cast<const Vec*>(row + t);
    double sum = 0;
    for (int l = 0; l < kLanes; ++l) sum += total[l];
    mean[d] = float(sum / double(count));
    for (int64_t t = 0; t < count; ++t) row[t] -= mean[d];
  }
}

}  // namespace

void covariance(Sideways& rows, const float* raw, int64_t rawStride, float* mean, float* gram) {
  constexpr int64_t kSpan = 1024;  // tokens of a sum in float32; the spans are added in double
  const int dim = rows.dim, width = (dim + kLanes - 1) / kLanes * kLanes;
  centre(rows, mean);
  std::vector<float> part(size_t(dim) * size_t(width)), padded;
  std::vector<double> sum(part.size(), 0.0);
  for (int64_t from = 0; from < rows.tokens; from += kSpan) {
    const int64_t count = std::min(kSpan, rows.tokens - from);
    const float* b = raw + from * rawStride;
    int64_t ldb = rawStride;
    if (width != dim) {  // whole vectors of columns
      padded.assign(size_t(count) * size_t(width), 0.f);
      for (int64_t t = 0; t < count; ++t) std::copy_n(b + t * rawStride, dim, padded.data() + t * width);
      b = padded.data();
      ldb = width;
    }
    kernels::multiply(dim, width, count, rows.data.data() + from, rows.stride, b, ldb, part.data(), width);
    for (size_t i = 0; i < part.size(); ++i) sum[i] += double(part[i]);
  }
  const double scale = .5 / double(rows.tokens);
  for (int a = 0; a < dim; ++a) {
    for (int b = 0; b <= a; ++b) gram[b * dim + a] = gram[a * dim + b] = float((sum[size_t(a * width + b)] + sum[size_t(b * width + a)]) * scale);
  }
}

PRESSLAB_CLONES void maxProducts(const float* a, int64_t n, float factor, float* out) {
  for (int64_t i = 0; i < n; ++i) {
    const float x = factor * a[i];
    out[i] = x > out[i] ? x : out[i];
  }
}

PRESSLAB_CLONES void addScaled(const float* a, int64_t n, float factor, float* out) {
  for (int64_t i = 0; i < n; ++i) out[i] += factor * a[i];
}

PRESSLAB_CLONES void addProducts(const float* a, const float* b, int64_t n, float factor, float* out) {
  for (int64_t i = 0; i < n; ++i) out[i] += factor * a[i] * b[i];
}

}  // namespace presslab
