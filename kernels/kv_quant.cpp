// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/kv_quant.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/kernels.h"
#include "kernels/ops.h"

namespace presslab::kernels {
namespace {

/// The half nearest to x: written to `to`, and its value returned, so that codes are chosen for what will be read back.
float putHalf(float x, uint8_t* to) {
  float back;
  convertFromF32(Elem::F16, &x, to, 1);
  convertToF32(Elem::F16, to, &back, 1);
  return back;
}

/// Packs the codes of 32 channels.
void putCodes(int bits, const uint8_t* code, uint8_t* to) {
  if (bits == 4) {
    for (int i = 0; i < 16; ++i) to[i] = uint8_t(code[i] | code[i + 16] << 4);
  } else {
    for (int i = 0; i < 8; ++i) to[i] = uint8_t(code[i] | code[i + 8] << 2 | code[i + 16] << 4 | code[i + 24] << 6);
  }
}

uint8_t codeOf(float x, float low, float scale, int top) {
  if (!(scale > 0)) return 0;
  return uint8_t(std::clamp(std::lround((x - low) / scale), 0L, long(top)));
}

struct Range {
  float low, scale;
};

/// Smallest value and step of n values `stride` apart, as they will be read back, written as scale, then minimum.
Range putRange(const float* x, int64_t stride, int bits, uint8_t* scaleTo, uint8_t* lowTo) {
  float low = x[0], high = x[0];
  for (int i = 1; i < kKvBlock; ++i) {
    low = std::min(low, x[i * stride]);
    high = std::max(high, x[i * stride]);
  }
  Range r;
  r.low = putHalf(low, lowTo);
  r.scale = putHalf((high - r.low) / float((1 << bits) - 1), scaleTo);
  return r;
}

void kiviKeys(int bits, const float* rows, int dim, uint8_t* block) {
  const int top = (1 << bits) - 1, groupBytes = kKvBlock * bits / 8;
  uint8_t* codes = block + 4 * dim;
  for (int c = 0; c < dim; c += kKvBlock) {
    Range range[kKvBlock];
    for (int i = 0; i < kKvBlock; ++i) range[i] = putRange(rows + c + i, dim, bits, block + 2 * (c + i), block + 2 * (dim + c + i));
    for (int t = 0; t < kKvBlock; ++t) {
      uint8_t code[kKvBlock];
      for (int i = 0; i < kKvBlock; ++i) code[i] = codeOf(rows[t * dim + c + i], range[i].low, range[i].scale, top);
      putCodes(bits, code, codes + (t * (dim / kKvBlock) + c / kKvBlock) * groupBytes);
    }
  }
}

void kiviValues(int bits, const float* rows, int dim, uint8_t* block) {
  const int top = (1 << bits) - 1, groupBytes = 4 + kKvBlock * bits / 8;
  for (int g = 0; g < dim; ++g, block += groupBytes) {  // dim / 32 groups of 32 tokens
    const float* x = rows + g * kKvBlock;
    const Range range = putRange(x, 1, bits, block, block + 2);
    uint8_t code[kKvBlock];
    for (int i = 0; i < kKvBlock; ++i) code[i] = codeOf(x[i], range.low, range.scale, top);
    putCodes(bits, code, block + 4);
  }
}

/// ggml's q4_0: the value of largest magnitude is -8 steps.
void rowsQ4(const float* rows, int dim, uint8_t* block) {
  for (int g = 0; g < dim; ++g, block += 2 + kKvBlock / 2) {
    const float* x = rows + g * kKvBlock;
    float widest = 0;
    for (int i = 0; i < kKvBlock; ++i) widest = std::abs(x[i]) > std::abs(widest) ? x[i] : widest;
    const float step = widest / -8;
    putHalf(step, block);
    const float inverse = step != 0 ? 1 / step : 0;
    uint8_t code[kKvBlock];
    for (int i = 0; i < kKvBlock; ++i) code[i] = uint8_t(std::clamp(int(x[i] * inverse + 8.5f), 0, 15));
    putCodes(4, code, block + 2);
  }
}

int bitsOf(KvForm form) { return form == KvForm::Kivi2 ? 2 : 4; }

}  // namespace

int64_t kvBlockBytes(KvForm form, int headDim) {
  const int64_t values = int64_t(headDim) * kKvBlock, groups = values / kKvBlock;
  switch (form) {
    case KvForm::Q8_0:
      return groups * (2 + kKvBlock);
    case KvForm::Q4_0:
      return groups * (2 + kKvBlock / 2);
    case KvForm::Kivi4:
    case KvForm::Kivi2:
      return groups * (4 + kKvBlock * bitsOf(form) / 8);  // keys have as many channels as values have groups
    case KvForm::None:
      break;
  }
  return 0;
}

void quantiseKvBlock(KvForm form, bool values, const float* rows, int headDim, void* block) {
  auto* bytes = static_cast<uint8_t*>(block);
  switch (form) {
    case KvForm::Q8_0:
      return convertFromF32(Elem::Q8_0, rows, block, int64_t(kKvBlock) * headDim);
    case KvForm::Q4_0:
      return rowsQ4(rows, headDim, bytes);
    case KvForm::Kivi4:
    case KvForm::Kivi2:
      return values ? kiviValues(bitsOf(form), rows, headDim, bytes) : kiviKeys(bitsOf(form), rows, headDim, bytes);
    case KvForm::None:
      return;
  }
}

void dequantiseKvBlock(KvForm form, bool values, const void* block, int headDim, float* rows) {
  ops().kvBlockRows(form, values, block, headDim, rows);
}

}  // namespace presslab::kernels
