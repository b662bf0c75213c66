// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attention of one token over a q8_0 cache: rows of blocks of 32 values, an f16 scale before 32 signed bytes. Bytes become floats in
// registers; the scale comes in once for a block (keys) or with the weight (values).
#include "kernels/ops_attention.h"

namespace presslab::kernels {
namespace {

constexpr int kQ8Bytes = kBlock + 2;  // of a block
constexpr int64_t kQ8Rows = 256;      // rows whose scaled weights stand at a time

inline float halfScale(const uint8_t* block) {
  uint16_t bits;
  __builtin_memcpy(&bits, block, 2);
#if defined(__F16C__)
  return _cvtsh_ss(bits);
#else
  return scalarHalf(bits);
#endif
}

/// W signed bytes.
inline Vf loadInt8(const uint8_t* p) {
#if defined(__AVX512F__)
  return Vf(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))));
#elif defined(__AVX2__)
  return Vf(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))));
#else
  Vf v;
  for (int i = 0; i < W; ++i) v[i] = float(int8_t(p[i]));
  return v;
#endif
}

/// One key against G queries; sums of a row as vectors.
template <int G>
inline void scoreKeyQ8(const float* q, const uint8_t* row, int dim, Vf* acc) {
  for (int g = 0; g < G; ++g) acc[g] = Vf{};
  for (int b = 0; b < dim; b += kBlock, row += kQ8Bytes) {
    Vf part[G] = {};
#pragma GCC unroll 8
    for (int i = 0; i < kBlock; i += W) {
      const Vf key = loadInt8(row + 2 + i);
#pragma GCC unroll 4
      for (int g = 0; g < G; ++g) part[g] = mulAdd(key, load(q + g * dim + b + i), part[g]);
    }
    const Vf scale = splat(halfScale(row));
#pragma GCC unroll 4
    for (int g = 0; g < G; ++g) acc[g] = mulAdd(part[g], scale, acc[g]);
  }
}

template <int G>
void scoresQ8(const float* q, const uint8_t* k, int64_t n, int dim, float scale, float* s, int64_t sStride) {
  const int64_t rowBytes = int64_t(dim) / kBlock * kQ8Bytes;
  int64_t j = 0;
  for (; j + W <= n; j += W) {
    Vf parts[G][W], acc[G];
    for (int w = 0; w < W; ++w) {
      if (dim == 64)
        scoreKeyQ8<G>(q, k + (j + w) * rowBytes, 64, acc);
      else
        scoreKeyQ8<G>(q, k + (j + w) * rowBytes, dim, acc);
      for (int g = 0; g < G; ++g) parts[g][w] = acc[g];
    }
    for (int g = 0; g < G; ++g) store(s + g * sStride + j, reduceEach<Add>(parts[g]) * scale);
  }
  for (; j < n; ++j) {
    Vf acc[G];
    scoreKeyQ8<G>(q, k + j * rowBytes, dim, acc);
    for (int g = 0; g < G; ++g) s[g * sStride + j] = sum(acc[g]) * scale;
  }
}

/// One block of 32 columns of the outputs, at most kQ8Rows rows.
template <int G>
inline void weighBlockQ8(const float* p, int64_t pStride, const uint8_t* v, int64_t rowBytes, int64_t n, int dim, float* o) {
  float weights[G][kQ8Rows];
  for (int64_t j = 0; j < n; ++j) {
    const float d = halfScale(v + j * rowBytes);
    for (int g = 0; g < G; ++g) weights[g][j] = p[g * pStride + j] * d;
  }
  constexpr int R = 2;  // registers at a time
  for (int i = 0; i < kBlock; i += R * W) {
    Vf acc[G][R];
    for (int g = 0; g < G; ++g) {
      for (int r = 0; r < R; ++r) acc[g][r] = load(o + g * dim + i + r * W);
    }
    for (int64_t j = 0; j < n; ++j) {
      const uint8_t* row = v + j * rowBytes + 2 + i;
      Vf value[R];
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) value[r] = loadInt8(row + r * W);
#pragma GCC unroll 4
      for (int g = 0; g < G; ++g) {
        const Vf weight = splat(weights[g][j]);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) acc[g][r] = mulAdd(weight, value[r], acc[g][r]);
      }
    }
    for (int g = 0; g < G; ++g) {
      for (int r = 0; r < R; ++r) store(o + g * dim + i + r * W, acc[g][r]);
    }
  }
}

template <int G>
void weighQ8(const float* p, int64_t pStride, const uint8_t* v, int64_t n, int dim, float* o) {
  const int64_t rowBytes = int64_t(dim) / kBlock * kQ8Bytes;
  for (int64_t j = 0; j < n; j += kQ8Rows) {
    const int64_t rows = n - j < kQ8Rows ? n - j : kQ8Rows;
    for (int b = 0; b < dim; b += kBlock) weighBlockQ8<G>(p + j, pStride, v + j * rowBytes + b / kBlock * kQ8Bytes, rowBytes, rows, dim, o + b);
  }
}

void scoresQ8Op(const float* q, const uint8_t* k, int64_t n, int group, int dim, float scale, float* s, int64_t sStride) {
  int g = 0;
  for (; g + 4 <= group; g += 4) scoresQ8<4>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
  switch (group - g) {
    case 3:
      return scoresQ8<3>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
    case 2:
      return scoresQ8<2>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
    case 1:
      return scoresQ8<1>(q + g * dim, k, n, dim, scale, s + g * sStride, sStride);
    default:
      return;
  }
}

void weighQ8Op(const float* p, int64_t pStride, const uint8_t* v, int64_t n, int group, int dim, float* o) {
  int g = 0;
  for (; g + 4 <= group; g += 4) weighQ8<4>(p + g * pStride, pStride, v, n, dim, o + g * dim);
  switch (group - g) {
    case 3:
      return weighQ8<3>(p + g * pStride, pStride, v, n, dim, o + g * dim);
    case 2:
      return weighQ8<2>(p + g * pStride, pStride, v, n, dim, o + g * dim);
    case 1:
      return weighQ8<1>(p + g * pStride, pStride, v, n, dim, o + g * dim);
    default:
      return;
  }
}

void scoresAnyOp(KvElem e, const float* q, const void* k, int64_t n, int group, int dim, float scale, float* s, int64_t sStride, bool together) {
  if (e == KvElem::Q8_0)
    scoresQ8Op(q, static_cast<const uint8_t*>(k), n, group, dim, scale, s, sStride);
  else
    scoresOp(e, q, k, n, group, dim, scale, s, sStride, together);
}

void weighAnyOp(KvElem e, const float* p, int64_t pStride, const void* v, int64_t n, int group, int dim, float* o, bool together) {
  if (e == KvElem::Q8_0)
    weighQ8Op(p, pStride, static_cast<const uint8_t*>(v), n, group, dim, o);
  else
    weighOp(e, p, pStride, v, n, group, dim, o, together);
}

}  // namespace
}  // namespace presslab::kernels
