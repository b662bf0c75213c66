// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Register-tiled products C = A B with B in panels of 16 columns. An output is one chain of multiply-adds in ascending k, so that its
// value does not depend on the tile that it fell into.
#include "kernels/simd.h"

namespace presslab::kernels {
namespace {

constexpr int kVecs = kPanel / W;  // registers of a panel row
#if defined(__AVX512F__)
constexpr int kTileRows = 12, kTilePanels = 2;
#elif defined(__AVX2__)
constexpr int kTileRows = 6, kTilePanels = 1;
#else
constexpr int kTileRows = 2, kTilePanels = 1;
#endif

template <int M, int P>
inline void tileF32(int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, int64_t panelStride, float* c, int64_t ldc, Into into) {
  constexpr int N = P * kVecs;
  Vf acc[M][N];
  for (int m = 0; m < M; ++m) {
    for (int n = 0; n < N; ++n) acc[m][n] = into == Into::Chain ? load(c + m * ldc + n * W) : Vf{};
  }
  for (int64_t i = 0; i < k; ++i) {
    Vf row[N];
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n) row[n] = load(b + (n / kVecs) * panelStride + i * ldb + (n % kVecs) * W);
#pragma GCC unroll 16
    for (int m = 0; m < M; ++m) {
      const Vf x = splat(a[m * lda + i]);
#pragma GCC unroll 8
      for (int n = 0; n < N; ++n) acc[m][n] = mulAdd(x, row[n], acc[m][n]);
    }
  }
  if (into == Into::Sum) {
    for (int m = 0; m < M; ++m) {
      for (int n = 0; n < N; ++n) acc[m][n] += load(c + m * ldc + n * W);
    }
  }
  for (int m = 0; m < M; ++m) {
    for (int n = 0; n < N; ++n) store(c + m * ldc + n * W, acc[m][n]);
  }
}

template <int P>
void panelsF32(int64_t m, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, int64_t panelStride, float* c, int64_t ldc,
               Into into) {
  int64_t i = 0;
  for (; i + kTileRows <= m; i += kTileRows) tileF32<kTileRows, P>(k, a + i * lda, lda, b, ldb, panelStride, c + i * ldc, ldc, into);
  if constexpr (kTileRows >= 12) {
    for (; i + 4 <= m; i += 4) tileF32<4, P>(k, a + i * lda, lda, b, ldb, panelStride, c + i * ldc, ldc, into);
  }
  if constexpr (kTileRows > 2) {
    for (; i + 2 <= m; i += 2) tileF32<2, P>(k, a + i * lda, lda, b, ldb, panelStride, c + i * ldc, ldc, into);
  }
  for (; i < m; ++i) tileF32<1, P>(k, a + i * lda, lda, b, ldb, panelStride, c + i * ldc, ldc, into);
}

void mulF32Op(int64_t m, int64_t panels, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, int64_t panelStride, float* c,
              int64_t ldc, Into into) {
  int64_t p = 0;
  for (; p + kTilePanels <= panels; p += kTilePanels) {
    panelsF32<kTilePanels>(m, k, a, lda, b + p * panelStride, ldb, panelStride, c + p * kPanel, ldc, into);
  }
  for (; p < panels; ++p) panelsF32<1>(m, k, a, lda, b + p * panelStride, ldb, panelStride, c + p * kPanel, ldc, into);
}

void toBf16Op(const float* in, uint16_t* out, int64_t n) {
  int64_t i = 0;
#if defined(__AVX512BF16__)
  for (; i + 16 <= n; i += 16) {
    const __m256bh v = _mm512_cvtneps_pbh(_mm512_loadu_ps(in + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), __m256i(v));
  }
#endif
  for (; i < n; ++i) out[i] = scalarToBf16(in[i]);
}

}  // namespace
}  // namespace presslab::kernels
