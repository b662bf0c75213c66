// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Row operations. Tails shorter than a register go through a padded copy, so that an element's value does not depend on its place.
#include "kernels/simd.h"

namespace presslab::kernels {
namespace {

inline Vf loadPart(const float* p, int64_t n) {
  float lanes[W] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i] = p[i];
  return load(lanes);
}

inline void storePart(float* p, Vf v, int64_t n) {
  float lanes[W];
  store(lanes, v);
  for (int64_t i = 0; i < n; ++i) p[i] = lanes[i];
}

void rmsNormOp(const float* x, const float* weight, float eps, float* out, int64_t n) {
  Vf squares[2] = {};
  int64_t i = 0;
  for (; i + 2 * W <= n; i += 2 * W) {
    const Vf a = load(x + i), b = load(x + i + W);
    squares[0] = mulAdd(a, a, squares[0]);
    squares[1] = mulAdd(b, b, squares[1]);
  }
  float total = sum(squares[0] + squares[1]);
  for (; i < n; ++i) total += x[i] * x[i];
  const float factor = 1.f / __builtin_sqrtf(total / float(n) + eps);
  for (i = 0; i + W <= n; i += W) store(out + i, load(x + i) * factor * load(weight + i));
  for (; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

void layerNormOp(const float* x, const float* weight, const float* bias, float eps, float* out, int64_t n) {
  Vf parts = {};
  int64_t i = 0;
  for (; i + W <= n; i += W) parts += load(x + i);
  float total = sum(parts);
  for (; i < n; ++i) total += x[i];
  const float mean = total / float(n);
  Vf squares = {};
  for (i = 0; i + W <= n; i += W) squares = mulAdd(load(x + i) - mean, load(x + i) - mean, squares);
  float spread = sum(squares);
  for (; i < n; ++i) spread += (x[i] - mean) * (x[i] - mean);
  const float factor = 1.f / __builtin_sqrtf(spread / float(n) + eps);
  for (i = 0; i + W <= n; i += W) store(out + i, mulAdd((load(x + i) - mean) * factor, load(weight + i), load(bias + i)));
  for (; i < n; ++i) out[i] = (x[i] - mean) * factor * weight[i] + bias[i];
}

/// x (1 + tanh(u)) / 2 = x / (1 + e^(-2u)) with u = sqrt(2 / pi) (x + 0.044715 x^3).
inline Vf geluTanh(Vf x) {
  const Vf u = x * mulAdd(x * x, splat(0.044715f * 1.5957691216f), splat(1.5957691216f));
  return x / (1.f + expV(-u));
}

void geluTanhMulOp(const float* gate, const float* up, float* out, int64_t n) {
  int64_t i = 0;
  for (; i + W <= n; i += W) store(out + i, up ? geluTanh(load(gate + i)) * load(up + i) : geluTanh(load(gate + i)));
  if (i == n) return;
  const Vf last = geluTanh(loadPart(gate + i, n - i));
  storePart(out + i, up ? last * loadPart(up + i, n - i) : last, n - i);
}

inline Vf siluTimes(Vf g, Vf u) { return g / (1.f + expV(-g)) * u; }

void siluMulOp(const float* gate, const float* up, float* out, int64_t n) {
  int64_t i = 0;
  for (; i + W <= n; i += W) store(out + i, siluTimes(load(gate + i), up ? load(up + i) : splat(1.f)));
  if (i < n) storePart(out + i, siluTimes(loadPart(gate + i, n - i), up ? loadPart(up + i, n - i) : splat(1.f)), n - i);
}

void addIntoOp(float* x, const float* y, int64_t n) {
  int64_t i = 0;
  for (; i + W <= n; i += W) store(x + i, load(x + i) + load(y + i));
  for (; i < n; ++i) x[i] += y[i];
}

void ropeOp(float* x, int heads, int headDim, int dim, const float* cos, const float* sin) {
  const int half = dim / 2;
  for (int h = 0; h < heads; ++h, x += headDim) {
    int i = 0;
    for (; i + W <= half; i += W) {
      const Vf a = load(x + i), b = load(x + i + half), c = load(cos + i), s = load(sin + i);
      store(x + i, a * c - b * s);
      store(x + i + half, b * c + a * s);
    }
    for (; i < half; ++i) {
      const float a = x[i], b = x[i + half];
      x[i] = a * cos[i] - b * sin[i];
      x[i + half] = b * cos[i] + a * sin[i];
    }
  }
}

float maxOfOp(const float* x, int64_t n) {
  Vf best = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + W <= n; i += W) {
    const Vf v = load(x + i);
    best = v > best ? v : best;
  }
  float lanes[W], top = -__builtin_inff();
  store(lanes, best);
  for (int j = 0; j < W; ++j) top = lanes[j] > top ? lanes[j] : top;
  for (; i < n; ++i) top = x[i] > top ? x[i] : top;
  return top;
}

float expSumOp(float* x, int64_t n, float shift) {
  Vf total = {};
  int64_t i = 0;
  for (; i + W <= n; i += W) {
    const Vf e = expV(load(x + i) - shift);
    store(x + i, e);
    total += e;
  }
  float rest = 0;
  if (i < n) {
    storePart(x + i, expV(loadPart(x + i, n - i) - shift), n - i);
    for (; i < n; ++i) rest += x[i];
  }
  return sum(total) + rest;
}

void scaleOp(float* x, int64_t n, float factor) {
  int64_t i = 0;
  for (; i + W <= n; i += W) store(x + i, load(x + i) * factor);
  for (; i < n; ++i) x[i] *= factor;
}

/// All of a row (V vectors) is read before any of it is written.
template <int V>
inline void compactVectors(uint8_t* to, const uint8_t* from, int64_t rowBytes, const int32_t* kept, int64_t count) {
  constexpr int kBytes = 4 * W;
  constexpr int64_t kAhead = 16;  // rows asked for before their turn: no prefetcher guesses which are kept
  for (int64_t i = 0; i < count; ++i, to += rowBytes) {
    const uint8_t* row = from + kept[i] * rowBytes;
    if (row == to) continue;
    if (i + kAhead < count) {
      const uint8_t* later = from + kept[i + kAhead] * rowBytes;
#pragma GCC unroll 8
      for (int line = 0; line < V * kBytes; line += 64) __builtin_prefetch(later + line);
    }
    for (int64_t at = 0; at < rowBytes; at += V * kBytes) {
      Vi part[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) part[v] = *reinterpret_cast<const ViLoose*>(row + at + v * kBytes);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) *reinterpret_cast<ViLoose*>(to + at + v * kBytes) = part[v];
    }
  }
}

void compactOp(uint8_t* to, const uint8_t* from, int64_t rowBytes, const int32_t* kept, int64_t count) {
  if (rowBytes % (16 * W) == 0) return compactVectors<4>(to, from, rowBytes, kept, count);
  if (rowBytes % (8 * W) == 0) return compactVectors<2>(to, from, rowBytes, kept, count);
  compactVectors<1>(to, from, rowBytes, kept, count);
}

}  // namespace
}  // namespace presslab::kernels
