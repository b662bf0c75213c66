// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Conversion between float32 and the element types of a KV cache. The half conversions use the processor's instruction where there is
// one; it gives the same bits as the portable code.
#include <cstring>

#include "kernels/dequant_half.h"
#include "kernels/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define PRESSLAB_F16C 1
#endif

namespace presslab::kernels {

namespace {

#ifdef PRESSLAB_F16C
bool hasF16c() {
  static const bool kHas = __builtin_cpu_supports("avx") && __builtin_cpu_supports("f16c");
  return kHas;
}

__attribute__((target("avx,f16c"))) int64_t halfToFloatWide(const uint16_t* in, float* out, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i))));
  }
  return i;
}

__attribute__((target("avx,f16c"))) int64_t floatToHalfWide(const float* in, uint16_t* out, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
  }
  return i;
}
#else
bool hasF16c() { return false; }
int64_t halfToFloatWide(const uint16_t*, float*, int64_t) { return 0; }
int64_t floatToHalfWide(const float*, uint16_t*, int64_t) { return 0; }
#endif

}  // namespace

int elemBytes(Elem e) { return e == Elem::F32 ? 4 : 2; }

void convertToF32(Elem from, const void* data, float* out, int64_t n) {
  if (from == Elem::F32) {
    std::memcpy(out, data, size_t(n) * sizeof(float));
    return;
  }
  // A row of a file may lie at any address: elements are read by memcpy.
  const auto* in = static_cast<const uint16_t*>(data);
  int64_t i = from == Elem::F16 && hasF16c() ? halfToFloatWide(in, out, n) : 0;
  for (; i < n; ++i) {
    uint16_t bits;
    std::memcpy(&bits, reinterpret_cast<const uint8_t*>(data) + i * 2, 2);
    out[i] = from == Elem::F16 ? halfToFloat(bits) : bfloatToFloat(bits);
  }
}

void convertFromF32(Elem to, const float* in, void* data, int64_t n) {
  if (to == Elem::F32) {
    std::memcpy(data, in, size_t(n) * sizeof(float));
    return;
  }
  int64_t i = to == Elem::F16 && hasF16c() ? floatToHalfWide(in, static_cast<uint16_t*>(data), n) : 0;
  for (; i < n; ++i) {
    const uint16_t bits = to == Elem::F16 ? floatToHalf(in[i]) : floatToBfloat(in[i]);
    std::memcpy(static_cast<uint8_t*>(data) + i * 2, &bits, 2);
  }
}

}  // namespace presslab::kernels
