// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Rows in GGUF's block encodings to float32. Every product is formed in float32 in the order that the format's definition gives
// (scale times integer, then minus or plus the offset), so that the values equal those of the reference dequantisation bit for bit.
#include <cstring>

#include "kernels/dequant_half.h"
#include "kernels/kernels.h"

namespace presslab::kernels {

namespace {

template <class T>
T load(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

float half(const uint8_t* p) { return halfToFloat(load<uint16_t>(p)); }

/// Q4_0 (18 bytes a block of 32: scale, 16 nibble pairs) and Q4_1 (20: scale, minimum, nibbles). Low nibbles come first.
void nibbles(const uint8_t* in, float* out, int64_t blocks, bool withMin) {
  for (int64_t b = 0; b < blocks; ++b, in += withMin ? 20 : 18, out += 32) {
    const float d = half(in), m = withMin ? half(in + 2) : 0.f;
    const uint8_t* q = in + (withMin ? 4 : 2);
    for (int i = 0; i < 16; ++i) {
      const int low = q[i] & 15, high = q[i] >> 4;
      out[i] = withMin ? float(low) * d + m : float(low - 8) * d;
      out[i + 16] = withMin ? float(high) * d + m : float(high - 8) * d;
    }
  }
}

/// Q5_0 (22 bytes: scale, 32 fifth bits, nibbles) and Q5_1 (24: scale, minimum, fifth bits, nibbles).
void fiveBits(const uint8_t* in, float* out, int64_t blocks, bool withMin) {
  for (int64_t b = 0; b < blocks; ++b, in += withMin ? 24 : 22, out += 32) {
    const float d = half(in), m = withMin ? half(in + 2) : 0.f;
    const uint32_t fifth = load<uint32_t>(in + (withMin ? 4 : 2));
    const uint8_t* q = in + (withMin ? 8 : 6);
    for (int i = 0; i < 16; ++i) {
      const int low = (q[i] & 15) | int((fifth >> i & 1) << 4), high = (q[i] >> 4) | int((fifth >> (i + 16) & 1) << 4);
      out[i] = withMin ? float(low) * d + m : float(low - 16) * d;
      out[i + 16] = withMin ? float(high) * d + m : float(high - 16) * d;
    }
  }
}

void eightBits(const uint8_t* in, float* out, int64_t blocks) {
  for (int64_t b = 0; b < blocks; ++b, in += 34, out += 32) {
    const float d = half(in);
    for (int i = 0; i < 32; ++i) out[i] = float(int8_t(in[2 + i])) * d;
  }
}

/// The eight 6-bit scales and minima of a Q4_K or Q5_K super-block, packed in 12 bytes: the first four of each take the low six bits
/// of bytes 0..3 and 4..7; the others split into four bits in bytes 8..11 and the two spare top bits of the earlier bytes.
void sixBitScales(const uint8_t* packed, uint8_t* scale, uint8_t* minimum) {
  for (int j = 0; j < 4; ++j) {
    scale[j] = packed[j] & 63;
    minimum[j] = packed[j + 4] & 63;
    scale[j + 4] = uint8_t((packed[j + 8] & 15) | (packed[j] >> 6 << 4));
    minimum[j + 4] = uint8_t((packed[j + 8] >> 4) | (packed[j + 4] >> 6 << 4));
  }
}

/// Q4_K (144 bytes a super-block of 256) and Q5_K (176: 32 bytes of fifth bits before the nibbles).
void kFourFive(const uint8_t* in, float* out, int64_t blocks, bool five) {
  for (int64_t b = 0; b < blocks; ++b, in += five ? 176 : 144, out += 256) {
    const float d = half(in), dmin = half(in + 2);
    uint8_t scale[8], minimum[8];
    sixBitScales(in + 4, scale, minimum);
    const uint8_t* fifth = in + 16;
    const uint8_t* q = in + (five ? 48 : 16);
    for (int j = 0; j < 8; ++j) {
      const float s = d * float(scale[j]), m = dmin * float(minimum[j]);
      const uint8_t* pair = q + j / 2 * 32;  // sub-blocks 2k and 2k+1 share 32 bytes: low and high nibbles
      for (int i = 0; i < 32; ++i) {
        int v = j & 1 ? pair[i] >> 4 : pair[i] & 15;
        if (five) v |= (fifth[i] >> j & 1) << 4;
        out[j * 32 + i] = s * float(v) - m;
      }
    }
  }
}

/// Q6_K: 210 bytes a super-block of 256: 128 low nibbles pairs, 64 bytes of upper bit pairs, 16 signed scales, one half scale.
void kSix(const uint8_t* in, float* out, int64_t blocks) {
  for (int64_t b = 0; b < blocks; ++b, in += 210, out += 256) {
    const float d = half(in + 208);
    for (int part = 0; part < 2; ++part) {  // 128 values each
      const uint8_t *low = in + part * 64, *up = in + 128 + part * 32, *scale = in + 192 + part * 8;
      for (int j = 0; j < 4; ++j) {  // 32 values each; nibble by j / 2, byte half by j % 2
        for (int i = 0; i < 32; ++i) {
          const uint8_t byte = low[(j & 1) * 32 + i];
          const int v = ((j < 2 ? byte & 15 : byte >> 4) | (up[i] >> (2 * j) & 3) << 4) - 32;
          out[part * 128 + j * 32 + i] = d * float(int8_t(scale[j * 2 + i / 16])) * float(v);
        }
      }
    }
  }
}

}  // namespace

void dequantRow(QuantType type, const void* data, float* out, int64_t n) {
  const auto* in = static_cast<const uint8_t*>(data);
  switch (type) {
    case QuantType::F32:
      return convertToF32(Elem::F32, data, out, n);
    case QuantType::F16:
      return convertToF32(Elem::F16, data, out, n);
    case QuantType::BF16:
      return convertToF32(Elem::BF16, data, out, n);
    case QuantType::Q4_0:
      return nibbles(in, out, n / 32, false);
    case QuantType::Q4_1:
      return nibbles(in, out, n / 32, true);
    case QuantType::Q5_0:
      return fiveBits(in, out, n / 32, false);
    case QuantType::Q5_1:
      return fiveBits(in, out, n / 32, true);
    case QuantType::Q8_0:
      return eightBits(in, out, n / 32);
    case QuantType::Q4_K:
      return kFourFive(in, out, n / 256, false);
    case QuantType::Q5_K:
      return kFourFive(in, out, n / 256, true);
    case QuantType::Q6_K:
      return kSix(in, out, n / 256);
  }
}

}  // namespace presslab::kernels
