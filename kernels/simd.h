// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Vectors of the instruction set that the including file is compiled for. Everything is in an unnamed namespace: a function that the
// linker could share between files might end up as AVX-512 code in the path of an older processor. For the same reason no container
// or algorithm of the standard library is used below ops_*.cpp.
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/ops.h"

namespace presslab::kernels {
namespace {

#if defined(__AVX512F__)
constexpr int W = 16;  // floats of a register
#elif defined(__AVX2__)
constexpr int W = 8;
#else
constexpr int W = 4;
#endif

typedef float Vf __attribute__((vector_size(W * 4)));
typedef int32_t Vi __attribute__((vector_size(W * 4)));
typedef float VfLoose __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef int32_t ViLoose __attribute__((vector_size(W * 4), aligned(1), may_alias));

inline Vf load(const float* p) { return *reinterpret_cast<const VfLoose*>(p); }
inline void store(float* p, Vf v) { *reinterpret_cast<VfLoose*>(p) = v; }
inline Vf splat(float x) { return x - Vf{}; }
inline Vi splatInt(int32_t x) { return x - Vi{}; }

/// a * b + c, in one rounding where the instruction set has it.
inline Vf mulAdd(Vf a, Vf b, Vf c) {
#if defined(__AVX512F__)
  return Vf(_mm512_fmadd_ps(__m512(a), __m512(b), __m512(c)));
#elif defined(__FMA__)
  return Vf(_mm256_fmadd_ps(__m256(a), __m256(b), __m256(c)));
#else
  return a * b + c;
#endif
}

inline float sum(Vf v) {
  float lanes[W];
  store(lanes, v);
  for (int half = W / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

inline float bitsToFloat(uint32_t bits) {
  float f;
  __builtin_memcpy(&f, &bits, 4);
  return f;
}

inline uint32_t floatToBits(float f) {
  uint32_t bits;
  __builtin_memcpy(&bits, &f, 4);
  return bits;
}

inline float scalarHalf(uint16_t h) {
  const uint32_t magnitude = h & 0x7FFFu;
  const float f = magnitude >= 0x7C00u ? bitsToFloat(0x7F800000u | (magnitude & 0x3FFu) << 13)
                                       : bitsToFloat(magnitude << 13) * 0x1p112f;  // also right for subnormals
  return bitsToFloat(floatToBits(f) | uint32_t(h & 0x8000u) << 16);
}

inline uint16_t scalarToBf16(float f) {
  const uint32_t bits = floatToBits(f);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return uint16_t(bits >> 16 | 0x40u);
  return uint16_t((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

/// W halves.
inline Vf loadHalf(const uint16_t* p) {
#if defined(__AVX512F__)
  return Vf(_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))));
#elif defined(__F16C__)
  return Vf(_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#else
  Vf v;
  for (int i = 0; i < W; ++i) v[i] = scalarHalf(p[i]);
  return v;
#endif
}

inline Vf loadBf16(const uint16_t* p) {
#if defined(__AVX512F__)
  return Vf(_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))), 16)));
#elif defined(__AVX2__)
  return Vf(_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))), 16)));
#else
  Vf v;
  for (int i = 0; i < W; ++i) v[i] = bitsToFloat(uint32_t(p[i]) << 16);
  return v;
#endif
}

template <KvElem E>
struct ElemOf {
  using Type = uint16_t;
};
template <>
struct ElemOf<KvElem::F32> {
  using Type = float;
};

template <KvElem E>
inline Vf loadElem(const typename ElemOf<E>::Type* p) {
  if constexpr (E == KvElem::F32)
    return load(p);
  else if constexpr (E == KvElem::F16)
    return loadHalf(p);
  else
    return loadBf16(p);
}

template <KvElem E>
inline float scalarElem(const typename ElemOf<E>::Type* p) {
  if constexpr (E == KvElem::F32)
    return *p;
  else if constexpr (E == KvElem::F16)
    return scalarHalf(*p);
  else
    return bitsToFloat(uint32_t(*p) << 16);
}

/// e^x; 0 below -87.3 and for -inf, e^88.3 above 88.3, NaN stays NaN. Relative error about 2e-7.
inline Vf expV(Vf x) {
  const Vf low = splat(-87.3f), high = splat(88.3f);
  const Vi under = x < low;
  Vf t = x > high ? high : x;
  t = under ? low : t;
  constexpr float kShift = 12582912.f;  // 1.5 * 2^23: the sum's low bits are the rounded integer
  const Vf shifted = mulAdd(t, splat(1.44269504f), splat(kShift));
  const Vf n = shifted - kShift;
  Vf r = mulAdd(n, splat(-0.693359375f), t);
  r = mulAdd(n, splat(2.12194440e-4f), r);
  Vf p = splat(1.9875691500e-4f);
  p = mulAdd(p, r, splat(1.3981999507e-3f));
  p = mulAdd(p, r, splat(8.3334519073e-3f));
  p = mulAdd(p, r, splat(4.1665795894e-2f));
  p = mulAdd(p, r, splat(1.6666665459e-1f));
  p = mulAdd(p, r, splat(5.0000001201e-1f));
  p = mulAdd(p, r * r, r + 1.f);
  const Vi power = (Vi(shifted) - int32_t(floatToBits(kShift)) + 127) << 23;
  const Vf value = p * Vf(power);
  return under ? Vf{} : value;
}

}  // namespace
}  // namespace presslab::kernels
