// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attention of one token with AVX-512: keys as four runs, values as two halves, read side by side where that is faster (see kStreams of
// ops_quant.h; on Sapphire Rapids 94 MB take 5.2 ms, 6.8 as one stream). The order of additions is the same either way.
#include "kernels/ops_reduce.h"
#include "kernels/ops_small.h"

namespace presslab::kernels {
namespace {

/// Two keys against G queries, so that a load of q serves both: calls take(query, lanes of the first, of the second). dim a multiple of W.
template <KvElem E, int G, class Take>
inline void dotTwoKeys(const float* q, const typename ElemOf<E>::Type* firstKey, const typename ElemOf<E>::Type* secondKey, int dim, Take take) {
  Vf acc[2][G] = {};
#pragma GCC unroll 4
  for (int i = 0; i < dim; i += W) {
    const Vf first = loadElem<E>(firstKey + i), second = loadElem<E>(secondKey + i);
#pragma GCC unroll 4
    for (int g = 0; g < G; ++g) {
      const Vf query = load(q + g * dim + i);
      acc[0][g] = mulAdd(first, query, acc[0][g]);
      acc[1][g] = mulAdd(second, query, acc[1][g]);
    }
  }
#pragma GCC unroll 4
  for (int g = 0; g < G; ++g) take(g, acc[0][g], acc[1][g]);
}

#if defined(__AVX512F__)
constexpr int kRuns = 4;

/// Scores of 4 keys of each run against G queries; run: keys from one run to the next. dim a multiple of 16.
template <KvElem E, int G>
inline void scoreFourOfEach(const float* q, const typename ElemOf<E>::Type* k, int64_t run, int dim, float scale, float* s, int64_t sStride) {
  Vf parts[G][W];
#pragma GCC unroll 1
  for (int j = 0; j < 4; ++j) {
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      const auto* row = k + (2 * half * run + j) * dim;
      dotTwoKeys<E, G>(q, row, row + run * dim, dim, [&](int g, Vf first, Vf second) {
        parts[g][8 * half + j] = first;
        parts[g][8 * half + 4 + j] = second;
      });
    }
  }
  for (int g = 0; g < G; ++g) {
    float lanes[W];
    store(lanes, reduceEach<Add>(parts[g]) * scale);
    for (int r = 0; r < kRuns; ++r) __builtin_memcpy(s + g * sStride + r * run, lanes + 4 * r, 4 * sizeof(float));
  }
}

/// As many keys as four runs of whole fours take; returns how many.
template <KvElem E, int G>
inline int64_t scoreRuns(const float* q, const typename ElemOf<E>::Type* k, int64_t n, int dim, float scale, float* s, int64_t sStride) {
  const int64_t run = n / (4 * kRuns) * 4;
  for (int64_t j = 0; j < run; j += 4) {
    if (dim == 64)
      scoreFourOfEach<E, G>(q, k + j * dim, run, 64, scale, s + j, sStride);
    else
      scoreFourOfEach<E, G>(q, k + j * dim, run, dim, scale, s + j, sStride);
  }
  return run * kRuns;
}

template <KvElem E, int G, int R>
inline void weighRow(const float* p, int64_t pStride, const typename ElemOf<E>::Type* row, Vf (*acc)[R]) {
  Vf value[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) value[r] = loadElem<E>(row + r * W);
#pragma GCC unroll 4
  for (int g = 0; g < G; ++g) {
    const Vf weight = splat(p[g * pStride]);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) acc[g][r] = mulAdd(weight, value[r], acc[g][r]);
  }
}

/// o += sum of p v for R registers of the head dimension and G queries: one sum for either half of the n rows, a last odd row in the first.
template <KvElem E, int G, int R>
inline void weighHalves(const float* p, int64_t pStride, const typename ElemOf<E>::Type* v, int64_t n, int dim, float* o, bool together) {
  const int64_t half = n / 2;
  Vf first[G][R] = {}, second[G][R] = {};
  if (together) {
    for (int64_t j = 0; j < half; ++j) {
      weighRow<E, G, R>(p + j, pStride, v + j * dim, first);
      weighRow<E, G, R>(p + half + j, pStride, v + (half + j) * dim, second);
    }
  } else {
    for (int64_t j = 0; j < half; ++j) weighRow<E, G, R>(p + j, pStride, v + j * dim, first);
    for (int64_t j = half; j < 2 * half; ++j) weighRow<E, G, R>(p + j, pStride, v + j * dim, second);
  }
  if (n % 2 != 0) weighRow<E, G, R>(p + n - 1, pStride, v + (n - 1) * dim, first);
  for (int g = 0; g < G; ++g) {
    for (int r = 0; r < R; ++r) {
      float* to = o + g * dim + r * W;
      store(to, load(to) + (first[g][r] + second[g][r]));
    }
  }
}
#endif

}  // namespace
}  // namespace presslab::kernels
