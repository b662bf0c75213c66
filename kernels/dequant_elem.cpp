// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Conversion between float32 and the element types of a KV cache. The half conversions use the processor's instruction where there is
// one; it gives the same bits as the portable code.
#include <algorithm>
#include <cmath>
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

constexpr int64_t kQ8Block = 32, kQ8Bytes = 34;

void q8ToFloat(const uint8_t* block, float* out) {
  uint16_t bits;
  std::memcpy(&bits, block, 2);
  const float d = halfToFloat(bits);
  for (int i = 0; i < kQ8Block; ++i) out[i] = d * float(int8_t(block[2 + i]));
}

/// The scale is rounded to f16 first, and the bytes belong to the rounded one. A value that is not finite makes the scale NaN, so that the
/// fault reaches the result.
void floatToQ8(const float* in, uint8_t* block) {
  float largest = 0, poison = 0;
  for (int i = 0; i < kQ8Block; ++i) {
    largest = std::max(largest, std::fabs(in[i]));
    poison += in[i] * 0.f;
  }
  const uint16_t bits = poison == 0.f ? floatToHalf(largest / 127.f) : uint16_t(0x7E00u);
  std::memcpy(block, &bits, 2);
  const float d = halfToFloat(bits), inverse = poison == 0.f && d > 0.f ? 1.f / d : 0.f;
  for (int i = 0; i < kQ8Block; ++i) {
    const float scaled = poison == 0.f ? in[i] * inverse : 0.f;
    block[2 + i] = uint8_t(int8_t(std::clamp(std::nearbyint(scaled), -127.f, 127.f)));
  }
}

}  // namespace

int64_t rowBytes(Elem e, int64_t n) {
  if (e == Elem::Q8_0) return n / kQ8Block * kQ8Bytes;
  return n * (e == Elem::F32 ? 4 : 2);
}

void convertToF32(Elem from, const void* data, float* out, int64_t n) {
  if (from == Elem::F32) {
    std::memcpy(out, data, size_t(n) * sizeof(float));
    return;
  }
  if (from == Elem::Q8_0) {
    const auto* block = static_cast<const uint8_t*>(data);
    for (; n >= kQ8Block; n -= kQ8Block, block += kQ8Bytes, out += kQ8Block) q8ToFloat(block, out);
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
  if (to == Elem::Q8_0) {
    auto* block = static_cast<uint8_t*>(data);
    for (; n >= kQ8Block; n -= kQ8Block, block += kQ8Bytes, in += kQ8Block) floatToQ8(in, block);
    return;
  }
  int64_t i = to == Elem::F16 && hasF16c() ? floatToHalfWide(in, static_cast<uint16_t*>(data), n) : 0;
  for (; i < n; ++i) {
    const uint16_t bits = to == Elem::F16 ? floatToHalf(in[i]) : floatToBfloat(in[i]);
    std::memcpy(static_cast<uint8_t*>(data) + i * 2, &bits, 2);
  }
}

}  // namespace presslab::kernels
