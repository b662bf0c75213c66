// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lanes of many vectors reduced at once.
#include "kernels/simd.h"

namespace presslab::kernels {
namespace {

struct Add {
  template <class V>
  static inline V of(V a, V b) {
    return a + b;
  }
};
struct Max {
  template <class V>
  static inline V of(V a, V b) {
    return a > b ? a : b;
  }
};

/// Reduces every vector's lanes for W vectors at once: result lane j comes from v[j], all by the same tree.
template <class Op>
inline Vf reduceEach(const Vf* v) {
#if defined(__AVX512F__)
  Vf quad[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512 a = __m512(v[4 * i]), b = __m512(v[4 * i + 1]), c = __m512(v[4 * i + 2]), d = __m512(v[4 * i + 3]);
    const __m512d ab = _mm512_castps_pd(__m512(Op::of(Vf(_mm512_unpacklo_ps(a, b)), Vf(_mm512_unpackhi_ps(a, b)))));
    const __m512d cd = _mm512_castps_pd(__m512(Op::of(Vf(_mm512_unpacklo_ps(c, d)), Vf(_mm512_unpackhi_ps(c, d)))));
    quad[i] = Op::of(Vf(_mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd))), Vf(_mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd))));
  }
  const auto halves = [](Vf x, Vf y) {
    return Op::of(Vf(_mm512_shuffle_f32x4(__m512(x), __m512(y), 0x88)), Vf(_mm512_shuffle_f32x4(__m512(x), __m512(y), 0xDD)));
  };
  return halves(halves(quad[0], quad[1]), halves(quad[2], quad[3]));
#elif defined(__AVX2__)
  Vf quad[2];
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    const __m256 a = __m256(v[4 * i]), b = __m256(v[4 * i + 1]), c = __m256(v[4 * i + 2]), d = __m256(v[4 * i + 3]);
    const __m256d ab = _mm256_castps_pd(__m256(Op::of(Vf(_mm256_unpacklo_ps(a, b)), Vf(_mm256_unpackhi_ps(a, b)))));
    const __m256d cd = _mm256_castps_pd(__m256(Op::of(Vf(_mm256_unpacklo_ps(c, d)), Vf(_mm256_unpackhi_ps(c, d)))));
    quad[i] = Op::of(Vf(_mm256_castpd_ps(_mm256_unpacklo_pd(ab, cd))), Vf(_mm256_castpd_ps(_mm256_unpackhi_pd(ab, cd))));
  }
  return Op::of(Vf(_mm256_permute2f128_ps(__m256(quad[0]), __m256(quad[1]), 0x20)),
                Vf(_mm256_permute2f128_ps(__m256(quad[0]), __m256(quad[1]), 0x31)));
#else
  float lanes[W][W], out[W];
  for (int j = 0; j < W; ++j) store(lanes[j], v[j]);
  for (int j = 0; j < W; ++j) {
    Vf pairs = {}, others = {};
    for (int i = 0; i < 2; ++i) {
      pairs[i] = lanes[j][i];
      others[i] = lanes[j][i + 2];
    }
    const Vf both = Op::of(pairs, others);
    out[j] = Op::of(splat(both[0]), splat(both[1]))[0];
  }
  return load(out);
#endif
}

}  // namespace
}  // namespace presslab::kernels
