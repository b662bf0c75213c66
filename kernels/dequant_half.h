// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>

namespace presslab::kernels {

/// IEEE half to float, exact, subnormals, infinities and NaN payloads included.
inline float halfToFloat(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000u) << 16, magnitude = h & 0x7FFFu;
  uint32_t bits;
  if (magnitude >= 0x7C00u) {
    bits = sign | 0x7F800000u | (magnitude & 0x3FFu) << 13 | (magnitude > 0x7C00u ? 0x400000u : 0u);  // quiet NaN
  } else if (magnitude >= 0x400u) {
    bits = sign | ((magnitude << 13) + (112u << 23));  // bias 15 becomes 127
  } else {
    const float value = float(magnitude) * 0x1p-24f;  // subnormal: an integer multiple of 2^-24
    std::memcpy(&bits, &value, 4);
    bits |= sign;
  }
  float out;
  std::memcpy(&out, &bits, 4);
  return out;
}

/// Float to IEEE half, nearest, ties to even; overflow gives infinity.
inline uint16_t floatToHalf(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000u);
  bits &= 0x7FFFFFFFu;
  if (bits > 0x7F800000u) return uint16_t(sign | 0x7E00u | (bits >> 13 & 0x3FFu));
  if (bits >= 0x477FF000u) return uint16_t(sign | 0x7C00u);  // 65520 and more round to infinity
  if (bits < 0x38800000u) {                                  // below 2^-14: subnormal half
    float value;
    std::memcpy(&value, &bits, 4);
    value += 0.5f;  // ulp of [0.5, 1) is 2^-24: the addition rounds as needed
    uint32_t sum;
    std::memcpy(&sum, &value, 4);
    return uint16_t(sign | (sum - 0x3F000000u));
  }
  bits += 0xFFFu + (bits >> 13 & 1u);
  return uint16_t(sign | ((bits - (112u << 23)) >> 13));
}

inline float bfloatToFloat(uint16_t b) {
  const uint32_t bits = uint32_t(b) << 16;
  float out;
  std::memcpy(&out, &bits, 4);
  return out;
}

/// Float to bfloat16, nearest, ties to even; NaN stays a quiet NaN.
inline uint16_t floatToBfloat(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return uint16_t(bits >> 16 | 0x40u);
  return uint16_t((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

}  // namespace presslab::kernels
