// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attention of one token: all query heads of a group meet a K or V row while it is in a register.
#include "kernels/ops_attention_runs.h"
#include "kernels/ops_mul.h"
#include "kernels/ops_reduce.h"
#include "kernels/ops_small.h"

namespace presslab::kernels {
namespace {

/// W keys against G queries; dim a multiple of W. Writes W scores a query. Two keys at a time, so that a load of q serves both.
template <KvElem E, int G>
inline void scoreKeys(const float* q, const typename ElemOf<E>::Type* k, int dim, float scale, float* s, int64_t sStride) {
  Vf parts[G][W];
#pragma GCC unroll 1
  for (int j = 0; j < W; j += 2) {
    dotTwoKeys<E, G>(q, k + int64_t(j) * dim, k + int64_t(j + 1) * dim, dim, [&](int g, Vf first, Vf second) {
      parts[g][j] = first;
      parts[g][j + 1] = second;
    });
  }
  for (int g = 0; g < G; ++g) store(s + g * sStride, reduceEach<Add>(parts[g]) * scale);
}

/// One key against G queries, any dim, by the same order of additions as scoreKeys when dim is a multiple of W.
template <KvElem E>
inline float scoreKey(const float* q, const typename ElemOf<E>::Type* k, int dim) {
  Vf acc = {};
  int i = 0;
  for (; i + W <= dim; i += W) acc = mulAdd(loadElem<E>(k + i), load(q + i), acc);
  float rest = 0;
  for (; i < dim; ++i) rest += scalarElem<E>(k + i) * q[i];
  return sum(acc) + rest;
}

template <KvElem E, int G>
void scoresGroup(const float* q, const typename ElemOf<E>::Type* k, int64_t n, int dim, float scale, float* s, int64_t sStride,
                 [[maybe_unused]] bool together) {
  int64_t j = 0;
#if defined(__AVX512F__)
  if (together && dim % W == 0) j = scoreRuns<E, G>(q, k, n, dim, scale, s, sStride);
#endif
  if (dim % W == 0) {
    for (; j + W <= n; j += W) {
      if (dim == 64)
        scoreKeys<E, G>(q, k + j * dim, 64, scale, s + j, sStride);
      else
        scoreKeys<E, G>(q, k + j * dim, dim, scale, s + j, sStride);
    }
  }
  for (; j < n; ++j) {
    for (int g = 0; g < G; ++g) s[g * sStride + j] = scoreKey<E>(q + g * dim, k + j * dim, dim) * scale;
  }
}

template <KvElem E>
void scoresElem(const float* q, const void* keys, int64_t n, int group, int dim, float scale, float* s, int64_t sStride, bool together) {
  const auto* k = static_cast<const typename ElemOf<E>::Type*>(keys);
  int g = 0;
  for (; g + 4 <= group; g += 4) scoresGroup<E, 4>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride, together);
  switch (group - g) {
    case 3:
      return scoresGroup<E, 3>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride, together);
    case 2:
      return scoresGroup<E, 2>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride, together);
    case 1:
      return scoresGroup<E, 1>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride, together);
    default:
      return;
  }
}

void scoresOp(KvElem e, const float* q, const void* k, int64_t n, int group, int dim, float scale, float* s, int64_t sStride, bool together) {
  switch (e) {
    case KvElem::F32:
      return scoresElem<KvElem::F32>(q, k, n, group, dim, scale, s, sStride, together);
    case KvElem::F16:
      return scoresElem<KvElem::F16>(q, k, n, group, dim, scale, s, sStride, together);
    case KvElem::BF16:
      return scoresElem<KvElem::BF16>(q, k, n, group, dim, scale, s, sStride, together);
    case KvElem::Q8_0:
      return;  // ops_attention_q8.h
  }
}

/// R registers of the head dimension for G queries; the sums stay in registers over all n values.
template <KvElem E, int G, int R>
inline void weighPart(const float* p, int64_t pStride, const typename ElemOf<E>::Type* v, int64_t n, int dim, float* o) {
  Vf acc[G][R];
  for (int g = 0; g < G; ++g) {
    for (int r = 0; r < R; ++r) acc[g][r] = load(o + g * dim + r * W);
  }
  for (int64_t j = 0; j < n; ++j) {
    const auto* row = v + j * dim;
    Vf value[R];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) value[r] = loadElem<E>(row + r * W);
#pragma GCC unroll 4
    for (int g = 0; g < G; ++g) {
      const Vf weight = splat(p[g * pStride + j]);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) acc[g][r] = mulAdd(weight, value[r], acc[g][r]);
    }
  }
  for (int g = 0; g < G; ++g) {
    for (int r = 0; r < R; ++r) store(o + g * dim + r * W, acc[g][r]);
  }
}

template <KvElem E, int G>
void weighGroup(const float* p, int64_t pStride, const typename ElemOf<E>::Type* v, int64_t n, int dim, float* o, [[maybe_unused]] bool together) {
  int i = 0;
#if defined(__AVX512F__)
  constexpr int kRegsAtOnce = G < 4 ? 4 : 2;  // twice: sums of two halves
  for (; i + kRegsAtOnce * W <= dim; i += kRegsAtOnce * W) weighHalves<E, G, kRegsAtOnce>(p, pStride, v + i, n, dim, o + i, together);
  for (; i + W <= dim; i += W) weighHalves<E, G, 1>(p, pStride, v + i, n, dim, o + i, together);
#else
  constexpr int kRegsAtOnce = 2;
  for (; i + kRegsAtOnce * W <= dim; i += kRegsAtOnce * W) weighPart<E, G, kRegsAtOnce>(p, pStride, v + i, n, dim, o + i);
  for (; i + W <= dim; i += W) weighPart<E, G, 1>(p, pStride, v + i, n, dim, o + i);
#endif
  for (; i < dim; ++i) {
    for (int g = 0; g < G; ++g) {
      float acc = o[g * dim + i];
      for (int64_t j = 0; j < n; ++j) acc += p[g * pStride + j] * scalarElem<E>(v + j * dim + i);
      o[g * dim + i] = acc;
    }
  }
}

template <KvElem E>
void weighElem(const float* p, int64_t pStride, const void* values, int64_t n, int group, int dim, float* o, bool together) {
  const auto* v = static_cast<const typename ElemOf<E>::Type*>(values);
  int g = 0;
  for (; g + 4 <= group; g += 4) weighGroup<E, 4>(p + g * pStride, pStride, v, n, dim, o + g * dim, together);
  switch (group - g) {
    case 3:
      return weighGroup<E, 3>(p + g * pStride, pStride, v, n, dim, o + g * dim, together);
    case 2:
      return weighGroup<E, 2>(p + g * pStride, pStride, v, n, dim, o + g * dim, together);
    case 1:
      return weighGroup<E, 1>(p + g * pStride, pStride, v, n, dim, o + g * dim, together);
    default:
      return;
  }
}

void weighOp(KvElem e, const float* p, int64_t pStride, const void* v, int64_t n, int group, int dim, float* o, bool together) {
  switch (e) {
    case KvElem::F32:
      return weighElem<KvElem::F32>(p, pStride, v, n, group, dim, o, together);
    case KvElem::F16:
      return weighElem<KvElem::F16>(p, pStride, v, n, group, dim, o, together);
    case KvElem::BF16:
      return weighElem<KvElem::BF16>(p, pStride, v, n, group, dim, o, together);
    case KvElem::Q8_0:
      return;
  }
}

/// W rows of a tile, their maxima and sums as vectors. Raw scores are compared, the factor comes in with the shift.
inline void softmaxRows(float* s, float factor, float* m, float* l, float* before) {
  constexpr float kNone = -__builtin_inff();
  Vf part[W];
#pragma GCC unroll 1
  for (int r = 0; r < W; ++r) {
    const float* row = s + r * kKeyTile;
    Vf best = load(row);
#pragma GCC unroll 16
    for (int i = W; i < kKeyTile; i += W) best = Max::of(load(row + i), best);
    part[r] = best;
  }
  const Vf old = load(m), top = Max::of(reduceEach<Max>(part) * factor, old), shift = top == splat(kNone) ? Vf{} : top;
  float shifts[W];
  store(shifts, shift);
#pragma GCC unroll 1
  for (int r = 0; r < W; ++r) {
    float* row = s + r * kKeyTile;
    const Vf minus = splat(-shifts[r]);
    Vf total = {};
#pragma GCC unroll 16
    for (int i = 0; i < kKeyTile; i += W) {
      const Vf e = expV(mulAdd(load(row + i), splat(factor), minus));
      store(row + i, e);
      total += e;
    }
    part[r] = total;
  }
  const Vf rescale = expV(old - shift);
  store(before, rescale);
  store(m, top);
  store(l, mulAdd(load(l), rescale, reduceEach<Add>(part)));
}

void softmaxTileOp(float* s, int64_t rows, int64_t seen, float factor, float* m, float* l, float* o, int64_t oStride, uint16_t* p) {
  for (int64_t i = 0; i < rows && seen + i < kKeyTile; ++i) {
    for (int64_t j = seen + i < 0 ? 0 : seen + i; j < kKeyTile; ++j) s[i * kKeyTile + j] = -__builtin_inff();
  }
  for (int64_t i = 0; i < rows; i += W) {
    float before[W];
    softmaxRows(s + i * kKeyTile, factor, m + i, l + i, before);
    for (int64_t r = 0; r < W && i + r < rows; ++r) {
      if (before[r] != 1.f) scaleOp(o + (i + r) * oStride, oStride, before[r]);
      if (p) toBf16Op(s + (i + r) * kKeyTile, p + (i + r) * kKeyTile, kKeyTile);
    }
  }
}

}  // namespace
}  // namespace presslab::kernels
