// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Blocks of the quantised KV cache to float rows. A row of codes is stored in groups of 32 channels: 4 bits: byte i holds channels i (low) and
// i + 16; 2 bits: byte i holds channels i, i + 8, i + 16, i + 24 from low to high. Loops of fixed length, which the compiler turns into vectors.
#include "kernels/kv_quant.h"
#include "kernels/ops_attention_q8.h"

namespace presslab::kernels {
namespace {

inline float halfAt(const uint8_t* p) { return halfScale(p); }

/// Codes of 32 channels as floats.
template <int Bits>
inline void groupCodes(const uint8_t* codes, float* out) {
  if constexpr (Bits == 4) {
    for (int i = 0; i < 16; ++i) {
      out[i] = float(int(codes[i] & 15));
      out[i + 16] = float(int(codes[i] >> 4));
    }
  } else {
    for (int i = 0; i < 8; ++i) {
      out[i] = float(int(codes[i] & 3));
      out[i + 8] = float(int(codes[i] >> 2 & 3));
      out[i + 16] = float(int(codes[i] >> 4 & 3));
      out[i + 24] = float(int(codes[i] >> 6));
    }
  }
}

/// Keys: scale[dim], minimum[dim] as f16, then the codes of each token.
template <int Bits>
void kiviKeys(const uint8_t* block, int dim, float* rows) {
  constexpr int kBytes = kKvBlock * Bits / 8;  // codes of a group
  const auto* scales = reinterpret_cast<const uint16_t*>(block);
  const uint8_t* codes = block + 4 * dim;
  for (int c = 0; c < dim; c += kKvBlock) {
    float scale[kKvBlock], low[kKvBlock], code[kKvBlock];
    for (int i = 0; i < kKvBlock; i += W) {
      store(scale + i, loadHalf(scales + c + i));
      store(low + i, loadHalf(scales + dim + c + i));
    }
    for (int t = 0; t < kKvBlock; ++t) {
      groupCodes<Bits>(codes + (int64_t(t) * dim + c) * Bits / 8, code);
      float* out = rows + int64_t(t) * dim + c;
      for (int i = 0; i < kKvBlock; i += W) store(out + i, mulAdd(load(code + i), load(scale + i), load(low + i)));
    }
  }
  static_assert(kBytes > 0);
}

/// Values: of each token and group of 32 channels scale, minimum (f16) and codes.
template <int Bits>
void kiviValues(const uint8_t* block, int dim, float* rows) {
  constexpr int kBytes = 4 + kKvBlock * Bits / 8;
  const int64_t groups = int64_t(dim) / kKvBlock * kKvBlock;  // of all tokens
  for (int64_t g = 0; g < groups; ++g, block += kBytes) {
    float code[kKvBlock];
    groupCodes<Bits>(block + 4, code);
    const Vf scale = splat(halfAt(block)), low = splat(halfAt(block + 2));
    for (int i = 0; i < kKvBlock; i += W) store(rows + g * kKvBlock + i, mulAdd(load(code + i), scale, low));
  }
}

void rowsQ4(const uint8_t* block, int dim, float* rows) {
  constexpr int kBytes = 2 + kKvBlock / 2;
  const int64_t groups = int64_t(dim) / kKvBlock * kKvBlock;
  for (int64_t g = 0; g < groups; ++g, block += kBytes) {
    float code[kKvBlock];
    groupCodes<4>(block + 2, code);
    const Vf scale = splat(halfAt(block));
    for (int i = 0; i < kKvBlock; i += W) store(rows + g * kKvBlock + i, (load(code + i) - 8.f) * scale);
  }
}

void rowsQ8(const uint8_t* block, int dim, float* rows) {
  const int64_t groups = int64_t(dim) / kKvBlock * kKvBlock;
  for (int64_t g = 0; g < groups; ++g, block += kQ8Bytes) {
    const Vf scale = splat(halfAt(block));
    for (int i = 0; i < kKvBlock; i += W) store(rows + g * kKvBlock + i, loadInt8(block + 2 + i) * scale);
  }
}

void kvBlockRowsOp(KvForm form, bool values, const void* block, int dim, float* rows) {
  const auto* bytes = static_cast<const uint8_t*>(block);
  switch (form) {
    case KvForm::Q8_0:
      return rowsQ8(bytes, dim, rows);
    case KvForm::Q4_0:
      return rowsQ4(bytes, dim, rows);
    case KvForm::Kivi4:
      return values ? kiviValues<4>(bytes, dim, rows) : kiviKeys<4>(bytes, dim, rows);
    case KvForm::Kivi2:
      return values ? kiviValues<2>(bytes, dim, rows) : kiviKeys<2>(bytes, dim, rows);
    case KvForm::None:
      return;
  }
}

}  // namespace
}  // namespace presslab::kernels
