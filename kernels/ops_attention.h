// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attention of one token: all query heads of a group meet a K or V row while it is in a register.
#include "kernels/ops_mul.h"
#include "kernels/ops_small.h"

namespace presslab::kernels {
namespace {

/// Sum of every vector's lanes for W vectors at once: result lane j is the sum of v[j].
inline Vf sumEach(const Vf* v) {
#if defined(__AVX512F__)
  __m512 quad[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512 a = __m512(v[4 * i]), b = __m512(v[4 * i + 1]), c = __m512(v[4 * i + 2]), d = __m512(v[4 * i + 3]);
    const __m512 ab = _mm512_unpacklo_ps(a, b) + _mm512_unpackhi_ps(a, b), cd = _mm512_unpacklo_ps(c, d) + _mm512_unpackhi_ps(c, d);
    quad[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd))) +
              _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd)));
  }
  const __m512 x = _mm512_shuffle_f32x4(quad[0], quad[1], 0x88) + _mm512_shuffle_f32x4(quad[0], quad[1], 0xDD);
  const __m512 y = _mm512_shuffle_f32x4(quad[2], quad[3], 0x88) + _mm512_shuffle_f32x4(quad[2], quad[3], 0xDD);
  return Vf(_mm512_shuffle_f32x4(x, y, 0x88) + _mm512_shuffle_f32x4(x, y, 0xDD));
#elif defined(__AVX2__)
  const __m256 ab = _mm256_hadd_ps(__m256(v[0]), __m256(v[1])), cd = _mm256_hadd_ps(__m256(v[2]), __m256(v[3]));
  const __m256 ef = _mm256_hadd_ps(__m256(v[4]), __m256(v[5])), gh = _mm256_hadd_ps(__m256(v[6]), __m256(v[7]));
  const __m256 abcd = _mm256_hadd_ps(ab, cd), efgh = _mm256_hadd_ps(ef, gh);
  return Vf(_mm256_permute2f128_ps(abcd, efgh, 0x20) + _mm256_permute2f128_ps(abcd, efgh, 0x31));
#else
  Vf out;
  for (int i = 0; i < W; ++i) out[i] = sum(v[i]);
  return out;
#endif
}

/// W keys against G queries; dim a multiple of W. Writes W scores a query.
template <KvElem E, int G> inline void scoreKeys(const float* q, const typename ElemOf<E>::Type* k, int dim, float scale, float* s, int64_t sStride) {
  Vf parts[G][W];
#pragma GCC unroll 1
  for (int j = 0; j < W; ++j) {
    Vf acc[G] = {};
    const auto* row = k + int64_t(j) * dim;
#pragma GCC unroll 4
    for (int i = 0; i < dim; i += W) {
      const Vf key = loadElem<E>(row + i);
#pragma GCC unroll 4
      for (int g = 0; g < G; ++g) acc[g] = mulAdd(key, load(q + g * dim + i), acc[g]);
    }
#pragma GCC unroll 4
    for (int g = 0; g < G; ++g) parts[g][j] = acc[g];
  }
  for (int g = 0; g < G; ++g) store(s + g * sStride, sumEach(parts[g]) * scale);
}

/// One key against G queries, any dim, by the same order of additions as scoreKeys when dim is a multiple of W.
template <KvElem E> inline float scoreKey(const float* q, const typename ElemOf<E>::Type* k, int dim) {
  Vf acc = {};
  int i = 0;
  for (; i + W <= dim; i += W) acc = mulAdd(loadElem<E>(k + i), load(q + i), acc);
  float rest = 0;
  for (; i < dim; ++i) rest += scalarElem<E>(k + i) * q[i];
  return sum(acc) + rest;
}

template <KvElem E, int G> void scoresGroup(const float* q, const typename ElemOf<E>::Type* k, int64_t n, int dim, float scale, float* s, int64_t sStride) {
  int64_t j = 0;
  if (dim % W == 0) {
    for (; j + W <= n; j += W) {
      if (dim == 64) scoreKeys<E, G>(q, k + j * dim, 64, scale, s + j, sStride);
      else if (dim == 128) scoreKeys<E, G>(q, k + j * dim, 128, scale, s + j, sStride);
      else scoreKeys<E, G>(q, k + j * dim, dim, scale, s + j, sStride);
    }
  }
  for (; j < n; ++j) {
    for (int g = 0; g < G; ++g) s[g * sStride + j] = scoreKey<E>(q + g * dim, k + j * dim, dim) * scale;
  }
}

template <KvElem E> void scoresElem(const float* q, const void* keys, int64_t n, int group, int dim, float scale, float* s, int64_t sStride) {
  const auto* k = static_cast<const typename ElemOf<E>::Type*>(keys);
  int g = 0;
  for (; g + 4 <= group; g += 4) scoresGroup<E, 4>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
  switch (group - g) {
    case 3: return scoresGroup<E, 3>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
    case 2: return scoresGroup<E, 2>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
    case 1: return scoresGroup<E, 1>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
    default: return;
  }
}

void scoresOp(KvElem e, const float* q, const void* k, int64_t n, int group, int dim, float scale, float* s, int64_t sStride) {
  switch (e) {
    case KvElem::F32: return scoresElem<KvElem::F32>(q, k, n, group, dim, scale, s, sStride);
    case KvElem::F16: return scoresElem<KvElem::F16>(q, k, n, group, dim, scale, s, sStride);
    case KvElem::BF16: return scoresElem<KvElem::BF16>(q, k, n, group, dim, scale, s, sStride);
  }
}

/// R registers of the head dimension for G queries; the sums stay in registers over all n values.
template <KvElem E, int G, int R> inline void weighPart(const float* p, int64_t pStride, const typename ElemOf<E>::Type* v, int64_t n, int dim, float* o) {
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

template <KvElem E, int G> void weighGroup(const float* p, int64_t pStride, const typename ElemOf<E>::Type* v, int64_t n, int dim, float* o) {
  constexpr int kRegsAtOnce = W == 16 ? 4 : 2;
  int i = 0;
  for (; i + kRegsAtOnce * W <= dim; i += kRegsAtOnce * W) weighPart<E, G, kRegsAtOnce>(p, pStride, v + i, n, dim, o + i);
  for (; i + W <= dim; i += W) weighPart<E, G, 1>(p, pStride, v + i, n, dim, o + i);
  for (; i < dim; ++i) {
    for (int g = 0; g < G; ++g) {
      float acc = o[g * dim + i];
      for (int64_t j = 0; j < n; ++j) acc += p[g * pStride + j] * scalarElem<E>(v + j * dim + i);
      o[g * dim + i] = acc;
    }
  }
}

template <KvElem E> void weighElem(const float* p, int64_t pStride, const void* values, int64_t n, int group, int dim, float* o) {
  const auto* v = static_cast<const typename ElemOf<E>::Type*>(values);
  int g = 0;
  for (; g + 4 <= group; g += 4) weighGroup<E, 4>(p + g * pStride, pStride, v, n, dim, o + g * dim);
  switch (group - g) {
    case 3: return weighGroup<E, 3>(p + g * pStride, pStride, v, n, dim, o + g * dim);
    case 2: return weighGroup<E, 2>(p + g * pStride, pStride, v, n, dim, o + g * dim);
    case 1: return weighGroup<E, 1>(p + g * pStride, pStride, v, n, dim, o + g * dim);
    default: return;
  }
}

void weighOp(KvElem e, const float* p, int64_t pStride, const void* v, int64_t n, int group, int dim, float* o) {
  switch (e) {
    case KvElem::F32: return weighElem<KvElem::F32>(p, pStride, v, n, group, dim, o);
    case KvElem::F16: return weighElem<KvElem::F16>(p, pStride, v, n, group, dim, o);
    case KvElem::BF16: return weighElem<KvElem::BF16>(p, pStride, v, n, group, dim, o);
  }
}

/// One row of a tile; returns what the row's earlier output is to be multiplied by.
inline float softmaxRow(float* s, int64_t seen, float factor, float& m, float& l) {
  constexpr float kNone = -__builtin_inff();
  for (int64_t i = seen; i < kKeyTile; ++i) s[i] = kNone;
  Vf best = splat(m);
#pragma GCC unroll 4
  for (int i = 0; i < kKeyTile; i += W) {
    const Vf v = load(s + i) * factor;
    store(s + i, v);
    best = v > best ? v : best;
  }
  float lanes[W], top = m;
  store(lanes, best);
  for (int i = 0; i < W; ++i) top = lanes[i] > top ? lanes[i] : top;
  const float shift = top == kNone ? 0.f : top;
  Vf total = {};
#pragma GCC unroll 4
  for (int i = 0; i < kKeyTile; i += W) {
    const Vf e = expV(load(s + i) - shift);
    store(s + i, e);
    total += e;
  }
  const Vf before = expV(splat(m - shift));
  m = top;
  l = l * before[0] + sum(total);
  return before[0];
}

void softmaxTileOp(float* s, int64_t rows, int64_t seen, float factor, float* m, float* l, float* o, int64_t oStride, uint16_t* p) {
  for (int64_t i = 0; i < rows; ++i, s += kKeyTile, o += oStride) {
    const int64_t visible = seen + i < 0 ? 0 : seen + i > kKeyTile ? kKeyTile : seen + i;
    const float before = softmaxRow(s, visible, factor, m[i], l[i]);
    if (before != 1.f) scaleOp(o, oStride, before);
    if (p) toBf16Op(s, p + i * kKeyTile, kKeyTile);
  }
}

}  // namespace
}  // namespace presslab::kernels
