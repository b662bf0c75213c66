// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// GGUF blocks into panels of 16 rows. Every quantised type becomes one of four integer forms without changing a quant; only the scales of
// the K types, products of two numbers, are rounded to 11 bits.
#include "kernels/repack.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/dequant_half.h"
#include "kernels/weight_memory.h"

namespace presslab::kernels {

namespace {

constexpr int kMaxBlocks = 8;  // of 32 columns in a GGUF block

/// 32 columns of a row: w = d[half] * (q - offset of the form) + m.
struct Block {
  uint8_t q[kBlock];
  float d[2] = {0, 0}, m = 0;
};

uint16_t half16(const uint8_t* p) {
  uint16_t h;
  std::memcpy(&h, p, 2);
  return h;
}
float halfAt(const uint8_t* p) { return halfToFloat(half16(p)); }

void nibbles(const uint8_t* in, uint8_t* q) {
  for (int i = 0; i < 16; ++i) {
    q[i] = in[i] & 0xF;
    q[i + 16] = in[i] >> 4;
  }
}

void addFifthBits(const uint8_t* in, uint8_t* q) {
  uint32_t bits;
  std::memcpy(&bits, in, 4);
  for (int i = 0; i < 32; ++i) q[i] = uint8_t(q[i] | (bits >> i & 1u) << 4);
}

/// The 6-bit scale and minimum of sub-block j of a Q4_K or Q5_K block.
void scaleAndMin(const uint8_t* s, int j, int& scale, int& minimum) {
  if (j < 4) {
    scale = s[j] & 63;
    minimum = s[j + 4] & 63;
  } else {
    scale = (s[j + 4] & 0xF) | (s[j - 4] >> 6) << 4;
    minimum = (s[j + 4] >> 4) | (s[j] >> 6) << 4;
  }
}

/// Q4_K: f16 d, f16 dmin, 12 bytes of scales, 128 of nibbles. Q5_K has 32 bytes of fifth bits before the nibbles.
void unpackK(const uint8_t* in, bool five, Block* out) {
  const float d = halfAt(in), dMin = halfAt(in + 2);
  const uint8_t* fifth = in + 16;
  const uint8_t* qs = in + (five ? 48 : 16);
  for (int j = 0; j < 8; ++j) {
    int scale, minimum;
    scaleAndMin(in + 4, j, scale, minimum);
    Block& b = out[j];
    b.d[0] = b.d[1] = d * float(scale);
    b.m = -dMin * float(minimum);
    for (int i = 0; i < 32; ++i) {
      b.q[i] = uint8_t(qs[j / 2 * 32 + i] >> (j % 2 * 4) & 0xF);
      if (five) b.q[i] = uint8_t(b.q[i] | (fifth[i] >> j & 1) << 4);
    }
  }
}

/// Q6_K: 128 bytes of low nibbles, 64 of high pairs, 16 int8 scales, f16 d.
void unpackQ6K(const uint8_t* in, Block* out) {
  const float d = halfAt(in + 208);
  const auto* scales = reinterpret_cast<const int8_t*>(in + 192);
  for (int j = 0; j < 8; ++j) {  // 32 columns; half a GGUF block holds four
    const uint8_t* low = in + j / 4 * 64 + j % 2 * 32;
    const uint8_t* high = in + 128 + j / 4 * 32;
    const int quarter = j % 4;
    for (int i = 0; i < 32; ++i) out[j].q[i] = uint8_t((low[i] >> (quarter / 2 * 4) & 0xF) | (high[i] >> (2 * quarter) & 3) << 4);
    out[j].d[0] = d * float(scales[2 * j]);
    out[j].d[1] = d * float(scales[2 * j + 1]);
  }
}

/// One GGUF block; returns the number of 32-column blocks in it.
int unpackBlock(QuantType t, const uint8_t* in, Block* out) {
  Block& b = out[0];
  switch (t) {
    case QuantType::Q4_0:
      nibbles(in + 2, b.q);
      b.d[0] = halfAt(in);
      b.m = -8 * b.d[0];
      return 1;
    case QuantType::Q4_1:
      nibbles(in + 4, b.q);
      b.d[0] = halfAt(in);
      b.m = halfAt(in + 2);
      return 1;
    case QuantType::Q5_0:
      nibbles(in + 6, b.q);
      addFifthBits(in + 2, b.q);
      b.d[0] = halfAt(in);
      b.m = -16 * b.d[0];
      return 1;
    case QuantType::Q5_1:
      nibbles(in + 8, b.q);
      addFifthBits(in + 4, b.q);
      b.d[0] = halfAt(in);
      b.m = halfAt(in + 2);
      return 1;
    case QuantType::Q8_0:
      for (int i = 0; i < kBlock; ++i) b.q[i] = uint8_t(in[2 + i] ^ 0x80);
      b.d[0] = halfAt(in);
      return 1;
    case QuantType::Q4_K:
      unpackK(in, false, out);
      return 8;
    case QuantType::Q5_K:
      unpackK(in, true, out);
      return 8;
    case QuantType::Q6_K:
      unpackQ6K(in, out);
      return 8;
    default:
      return 0;
  }
}

int scaleBytes(Form f) { return f == Form::Q8S ? 2 * kPanel : 4 * kPanel; }
constexpr int kNibbleBytes = kPanel * kBlock / 2, kPairBytes = kPanel * kBlock / 4;  // of a block: 4 bits, and 2 bits of each quant
int blockBytes(Form f) { return scaleBytes(f) + (f == Form::Q4M ? kNibbleBytes : f == Form::Q6S ? kNibbleBytes + kPairBytes : kPanel * kBlock); }

void storeHalf(uint8_t* scales, int index, float v) {
  const uint16_t h = floatToHalf(v);
  std::memcpy(scales + index * 2, &h, 2);
}

/// Writes one block of row `lane` into its panel block.
void placeBlock(Form f, const Block& b, int lane, float divisor, uint8_t* block) {
  uint8_t *const scales = block, *const quants = block + scaleBytes(f);
  storeHalf(scales, lane, b.d[0] / divisor);
  if (f == Form::Q6S)
    storeHalf(scales, kPanel + lane, b.d[1] / divisor);
  else if (f != Form::Q8S)
    storeHalf(scales, kPanel + lane, b.m / divisor);
  for (int c = 0; c < kBlock; ++c) {
    if (f == Form::Q4M || f == Form::Q6S) {
      const int group = c % 16 / 4, place = lane * 4 + c % 4;
      uint8_t& byte = quants[group * 4 * kPanel + place];
      byte = uint8_t(byte | (b.q[c] & 0xF) << (c < 16 ? 0 : 4));
      if (f == Form::Q4M) continue;
      uint8_t& pairs = quants[kNibbleBytes + c / 16 * 4 * kPanel + place];
      pairs = uint8_t(pairs | b.q[c] >> 4 << 2 * group);
    } else {
      quants[c / 4 * 4 * kPanel + lane * 4 + c % 4] = b.q[c];
    }
  }
}

bool isK(QuantType t) { return t == QuantType::Q4_K || t == QuantType::Q5_K || t == QuantType::Q6_K; }

/// Power of two that brings the largest scale of a row of a K type to 2^14: products of d and a 6-bit scale may lie below f16's range.
float rowDivisor(QuantType t, const uint8_t* in, int64_t blocks) {
  Block unpacked[kMaxBlocks];
  float largest = 0;
  const TypeBlock tb = typeBlock(t);
  for (int64_t i = 0; i < blocks; ++i) {
    const int n = unpackBlock(t, in + i * tb.bytes, unpacked);
    for (int j = 0; j < n; ++j) {
      for (const float v : {unpacked[j].d[0], unpacked[j].d[1], unpacked[j].m}) largest = std::max(largest, std::fabs(v));
    }
  }
  return largest > 0 && std::isfinite(largest) ? std::ldexp(1.f, std::max(std::ilogb(largest) - 14, -120)) : 1.f;
}

void packQuantRow(QuantType t, Form f, const uint8_t* in, int64_t cols, int lane, float divisor, uint8_t* block) {
  Block unpacked[kMaxBlocks];
  const TypeBlock tb = typeBlock(t);
  for (int64_t i = 0; i < cols / tb.elements; ++i, in += tb.bytes) {
    const int n = unpackBlock(t, in, unpacked);
    for (int j = 0; j < n; ++j, block += blockBytes(f)) placeBlock(f, unpacked[j], lane, divisor, block);
  }
}

template <class T>
void interleave(const T* row, int64_t cols, int lane, uint8_t* panel) {
  T* out = reinterpret_cast<T*>(panel) + lane;
  for (int64_t i = 0; i < cols; ++i) out[i * kPanel] = row[i];
}

int elementBytes(Form f) { return f == Form::F32 ? 4 : 2; }

bool isPlain(Form f) { return f == Form::F32 || f == Form::F16 || f == Form::BF16; }

int64_t bytesOfPanel(Form f, int64_t cols) { return ((isPlain(f) ? cols * kPanel * elementBytes(f) : cols / kBlock * blockBytes(f)) + 63) / 64 * 64; }

}  // namespace

TypeBlock typeBlock(QuantType t) {
  switch (t) {
    case QuantType::F32:
      return {1, 4};
    case QuantType::F16:
    case QuantType::BF16:
      return {1, 2};
    case QuantType::Q4_0:
      return {32, 18};
    case QuantType::Q4_1:
      return {32, 20};
    case QuantType::Q5_0:
      return {32, 22};
    case QuantType::Q5_1:
      return {32, 24};
    case QuantType::Q8_0:
      return {32, 34};
    case QuantType::Q4_K:
      return {256, 144};
    case QuantType::Q5_K:
      return {256, 176};
    case QuantType::Q6_K:
      return {256, 210};
  }
  return {1, 4};
}

Form packedForm(QuantType t, bool exact) {
  if (exact) return Form::F32;
  switch (t) {
    case QuantType::F32:
      return Form::F32;
    case QuantType::F16:
      return Form::F16;
    case QuantType::BF16:
      return Form::BF16;
    case QuantType::Q4_0:
    case QuantType::Q4_1:
    case QuantType::Q4_K:
      return Form::Q4M;
    case QuantType::Q8_0:
      return Form::Q8S;
    case QuantType::Q5_0:
    case QuantType::Q5_1:
    case QuantType::Q5_K:
      return Form::Q8M;
    case QuantType::Q6_K:
      return Form::Q6S;
  }
  return Form::F32;
}

int64_t Matrix::packedBytes(QuantType t, int64_t rows, int64_t cols, bool exact) {
  const Form f = packedForm(t, exact);
  const int64_t panels = (rows + kPanel - 1) / kPanel;
  return panels * (bytesOfPanel(f, cols) + (!isPlain(f) && isK(t) ? kPanel * 4 : 0));
}

PackedMatrix packMatrix(QuantType t, const void* data, int64_t rows, int64_t cols, bool exact, Pool& pool) {
  PackedMatrix out;
  Packed& w = out.view;
  const Form f = packedForm(t, exact);
  const bool plain = isPlain(f);
  w = {f, rows, cols, (rows + kPanel - 1) / kPanel, plain ? 0 : cols / kBlock, nullptr, 0, nullptr};
  w.panelBytes = bytesOfPanel(f, cols);
  out.bytes = w.panels * w.panelBytes;
  out.data = allocateWeights(size_t(out.bytes));
  w.data = out.data.get();
  if (!plain && isK(t)) {
    out.rowScale.reset(new float[size_t(w.panels * kPanel)]);
    std::fill_n(out.rowScale.get(), w.panels * kPanel, 1.f);
    w.rowScale = out.rowScale.get();
    out.bytes += w.panels * kPanel * 4;
  }
  const TypeBlock tb = typeBlock(t);
  const int64_t rowBytes = cols / tb.elements * tb.bytes;
  const auto* in = static_cast<const uint8_t*>(data);
  pool.forEach(int(w.panels), [&](int p) {
    uint8_t* panel = out.data.get() + p * w.panelBytes;
    const int64_t first = int64_t(p) * kPanel;
    for (int64_t r = first; r < std::min(rows, first + kPanel); ++r) {
      const uint8_t* row = in + r * rowBytes;
      const int lane = int(r - first);
      if (f == Form::F32) {
        float* wide = threadScratch(0, size_t(cols));
        dequantRow(t, row, wide, cols);
        interleave(wide, cols, lane, panel);
      } else if (plain) {
        auto* copy = reinterpret_cast<uint16_t*>(threadScratch(0, size_t(cols + 1) / 2));
        std::memcpy(copy, row, size_t(cols) * 2);  // the source may lie at an odd address
        interleave(copy, cols, lane, panel);
      } else {
        const float divisor = w.rowScale ? rowDivisor(t, row, cols / tb.elements) : 1.f;
        if (w.rowScale) out.rowScale[size_t(r)] = divisor;
        packQuantRow(t, f, row, cols, lane, divisor, panel);
      }
    }
  });
  return out;
}

void unpackRow(const Packed& w, int64_t r, float* out) {
  const uint8_t* panel = w.data + r / kPanel * w.panelBytes;
  const int lane = int(r % kPanel);
  if (w.blocks == 0) {
    for (int64_t i = 0; i < w.cols; ++i) {
      const int64_t at = i * kPanel + lane;
      if (w.form == Form::F32)
        out[i] = reinterpret_cast<const float*>(panel)[at];
      else
        out[i] = w.form == Form::F16 ? halfToFloat(half16(panel + 2 * at)) : bfloatToFloat(half16(panel + 2 * at));
    }
    return;
  }
  const float factor = w.rowScale ? w.rowScale[r] : 1.f;
  for (int64_t b = 0; b < w.blocks; ++b, panel += blockBytes(w.form), out += kBlock) {
    const uint8_t* quants = panel + scaleBytes(w.form);
    const float d = halfAt(panel + 2 * lane) * factor;
    const float second = w.form == Form::Q8S ? 0.f : halfAt(panel + 2 * (kPanel + lane)) * factor;
    for (int c = 0; c < kBlock; ++c) {
      const bool nibble = w.form == Form::Q4M || w.form == Form::Q6S;
      const int group = nibble ? c % 16 / 4 : c / 4, place = lane * 4 + c % 4;
      int byte = quants[group * 4 * kPanel + place];
      if (nibble) byte = c < 16 ? byte & 0xF : byte >> 4;
      if (w.form == Form::Q6S) byte |= (quants[kNibbleBytes + c / 16 * 4 * kPanel + place] >> 2 * group & 3) << 4;
      switch (w.form) {
        case Form::Q8S:
          out[c] = d * float(byte - 128);
          break;
        case Form::Q6S:
          out[c] = (c < 16 ? d : second) * float(byte - 32);
          break;
        default:
          out[c] = std::fma(d, float(byte), second);
          break;
      }
    }
  }
}

}  // namespace presslab::kernels
