// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Product of many rows of int8 activations with packed integer weights (prefill). A tile of rows meets all 16 rows of a panel; the sums of a
// block of 32 columns stay in registers as integers, so a result is the same whatever tile its row fell into.
#include "kernels/ops_quant.h"

namespace presslab::kernels {
namespace {

constexpr int kGemmRows = kRegs == 1 ? 8 : 4;  // rows x registers of a panel = sums held in registers
constexpr int kGroups = 8;                     // of 4 columns in a block
constexpr int kGroupBytes = 4 * kPanel;

// ---- sums of one block ---------------------------------------------------------------------------------------------------------------
// With 4-bit quants the eight products of a block fit a 16-bit sum: 2 * 127 * 15 * 8 = 30480. Others are widened product by product.
#if defined(__AVX512BW__) && !defined(__AVX512VNNI__)
constexpr bool kSums16 = true;
inline Vi mulPairs(Vi u, Vi a) { return Vi(_mm512_maddubs_epi16(__m512i(u), __m512i(a))); }
inline Vi add16(Vi a, Vi b) { return Vi(_mm512_add_epi16(__m512i(a), __m512i(b))); }
inline Vi widen16(Vi v) { return Vi(_mm512_madd_epi16(__m512i(v), _mm512_set1_epi16(1))); }
#elif defined(__AVX2__) && !defined(__AVX512VNNI__)
constexpr bool kSums16 = true;
inline Vi mulPairs(Vi u, Vi a) { return Vi(_mm256_maddubs_epi16(__m256i(u), __m256i(a))); }
inline Vi add16(Vi a, Vi b) { return Vi(_mm256_add_epi16(__m256i(a), __m256i(b))); }
inline Vi widen16(Vi v) { return Vi(_mm256_madd_epi16(__m256i(v), _mm256_set1_epi16(1))); }
#else
constexpr bool kSums16 = false;
inline Vi mulPairs(Vi, Vi a) { return a; }  // never called
inline Vi add16(Vi a, Vi) { return a; }
inline Vi widen16(Vi v) { return v; }
#endif

template <Form F>
constexpr bool kNarrow = kSums16&& F == Form::Q4M;

template <Form F>
inline Vi addGroup(Vi sum, Vi u, Vi a) {
  if constexpr (kNarrow<F>)
    return add16(sum, mulPairs(u, a));
  else if constexpr (F == Form::Q8S)
    return dot4Q8(sum, u, a);
  else
    return dot4(sum, u, a);
}

template <Form F>
inline Vi finished(Vi sum) {
  if constexpr (kNarrow<F>)
    return widen16(sum);
  else
    return sum;
}

/// Groups [first, last) of a block: sum[t][r] = products of row t with register r of the panel.
template <Form F, int T>
inline void dotTile(const uint8_t* quants, const int8_t* const* q, int first, int last, Vi (*sum)[kRegs]) {
#pragma GCC unroll 8
  for (int t = 0; t < T; ++t) {
#pragma GCC unroll 4
    for (int r = 0; r < kRegs; ++r) sum[t][r] = Vi{};
  }
#pragma GCC unroll 1
  for (int j = first; j < last; ++j) {
    Vi u[kRegs];
#pragma GCC unroll 4
    for (int r = 0; r < kRegs; ++r) u[r] = loadBytes(quants + j * kGroupBytes + r * W * 4);
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t) {
      const Vi a = fourOf(q[t] + 4 * j);
#pragma GCC unroll 4
      for (int r = 0; r < kRegs; ++r) sum[t][r] = addGroup<F>(sum[t][r], u[r], a);
    }
  }
}

// ---- a tile over all blocks ----------------------------------------------------------------------------------------------------------

/// Where the blocks of a panel stand: scales as packed, quants one byte each.
struct PanelBlocks {
  const uint8_t *scales, *quants;
  int64_t scaleStride, quantStride;
};

/// out[t] += sum_b m[b] * totals[t][b]: what the minima of the blocks contribute.
template <int T>
inline void addMinima(const PanelBlocks& w, int64_t blocks, const float* totals, float (*out)[kPanel]) {
  Vf acc[T][kRegs];
#pragma GCC unroll 8
  for (int t = 0; t < T; ++t) {
    for (int r = 0; r < kRegs; ++r) acc[t][r] = load(out[t] + r * W);
  }
  for (int64_t b = 0; b < blocks; ++b) {
    const auto* minima = reinterpret_cast<const uint16_t*>(w.scales + b * w.scaleStride) + kPanel;
    Vf m[kRegs];
#pragma GCC unroll 4
    for (int r = 0; r < kRegs; ++r) m[r] = loadHalf(minima + r * W);
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t) {
      const Vf total = splat(totals[t * blocks + b]);
#pragma GCC unroll 4
      for (int r = 0; r < kRegs; ++r) acc[t][r] = mulAdd(m[r], total, acc[t][r]);
    }
  }
  for (int t = 0; t < T; ++t) {
    for (int r = 0; r < kRegs; ++r) store(out[t] + r * W, acc[t][r]);
  }
}

/// T rows of activations, each `blocks` blocks long, against a panel. out: (T, 16).
template <Form F, int T>
inline void gemmTile(const PanelBlocks& w, int64_t blocks, const Activations& a, float (*out)[kPanel]) {
  constexpr int kOffset = F == Form::Q8S && !kQ8Signed ? 128 : F == Form::Q6S ? 32 : 0;
  for (int t = 0; t < T; ++t) {
    for (int r = 0; r < kRegs; ++r) store(out[t] + r * W, Vf{});
  }
  for (int64_t b = 0; b < blocks; ++b) {
    const auto* scales = reinterpret_cast<const uint16_t*>(w.scales + b * w.scaleStride);
    const uint8_t* quants = w.quants + b * w.quantStride;
    const int8_t* q[T];
    for (int t = 0; t < T; ++t) q[t] = a.q + (t * blocks + b) * kBlock;
    Vi sum[T][kRegs];
    const auto add = [&](const uint16_t* scale, int half) {  // half: 0 or 1, or -1 for the whole block
#pragma GCC unroll 4
      for (int r = 0; r < kRegs; ++r) {
        const Vf d = loadHalf(scale + r * W);
#pragma GCC unroll 8
        for (int t = 0; t < T; ++t) {
          const int64_t index = t * blocks + b;
          Vi dots = finished<F>(sum[t][r]);
          if constexpr (kOffset != 0) dots -= kOffset * (half < 0 ? a.sums[2 * index] + a.sums[2 * index + 1] : a.sums[2 * index + half]);
          store(out[t] + r * W, mulAdd(d * a.scale[index], toFloat(dots), load(out[t] + r * W)));
        }
      }
    };
    if constexpr (F == Form::Q6S) {
      dotTile<F, T>(quants, q, 0, kGroups / 2, sum);
      add(scales, 0);
      dotTile<F, T>(quants, q, kGroups / 2, kGroups, sum);
      add(scales + kPanel, 1);
    } else {
      dotTile<F, T>(quants, q, 0, kGroups, sum);
      add(scales, -1);
    }
  }
  if constexpr (F == Form::Q4M || F == Form::Q8M) addMinima<T>(w, blocks, a.totals, out);
}

/// The 4 or 6-bit quants of a panel as bytes, in the order of the other integer forms. out: (blocks, 8, 64).
template <Form F>
inline void spreadQuants(const Packed& w, const uint8_t* panel, uint8_t* out) {
  for (int64_t b = 0; b < w.blocks; ++b, out += kGroups * kGroupBytes) {
    const uint8_t* quants = panel + b * blockBytes(F) + scaleBytes(F);
    for (int j = 0; j < kGroups / 2; ++j) {
      for (int i = 0; i < kGroupBytes; i += W * 4) {
        Vi first, second;
        twoGroups<F>(quants + i, j, first, second);
        *reinterpret_cast<ViLoose*>(out + j * kGroupBytes + i) = first;
        *reinterpret_cast<ViLoose*>(out + (j + kGroups / 2) * kGroupBytes + i) = second;
      }
    }
  }
}

template <Form F, int T>
inline void gemmRows(const Packed& w, const PanelBlocks& blocks, const Activations& rows, const float* rowScale, float* y, int64_t ldy) {
  float out[T][kPanel];
  gemmTile<F, T>(blocks, w.blocks, rows, out);
  for (int t = 0; t < T; ++t) {
    for (int r = 0; r < kRegs; ++r) {
      const Vf v = load(out[t] + r * W);
      store(y + t * ldy + r * W, rowScale ? v * load(rowScale + r * W) : v);
    }
  }
}

template <Form F>
void gemmQuant(const Packed& w, const Activations& rows, int64_t n, int64_t first, int64_t last, uint8_t* scratch, float* y, int64_t ldy) {
  for (int64_t p = first; p < last; ++p, y += kPanel) {
    const uint8_t* panel = w.data + p * w.panelBytes;
    PanelBlocks blocks{panel, panel + scaleBytes(F), blockBytes(F), blockBytes(F)};
    if constexpr (F == Form::Q4M || F == Form::Q6S) {
      spreadQuants<F>(w, panel, scratch);
      blocks.quants = scratch;
      blocks.quantStride = kGroups * kGroupBytes;
    }
    const float* rowScale = w.rowScale ? w.rowScale + p * kPanel : nullptr;
    const auto from = [&](int64_t i) {
      return Activations{nullptr, rows.q + i * w.blocks * kBlock, rows.scale + i * w.blocks, rows.sums + 2 * i * w.blocks,
                         rows.totals + i * w.blocks};
    };
    int64_t i = 0;
    for (; i + kGemmRows <= n; i += kGemmRows) gemmRows<F, kGemmRows>(w, blocks, from(i), rowScale, y + i * ldy, ldy);
    for (; i < n; ++i) gemmRows<F, 1>(w, blocks, from(i), rowScale, y + i * ldy, ldy);
  }
}

[[maybe_unused]] void gemmOp(const Packed& w, const Activations& rows, int64_t n, int64_t first, int64_t last, uint8_t* scratch, float* y,
                             int64_t ldy) {
  switch (w.form) {
    case Form::Q4M:
      return gemmQuant<Form::Q4M>(w, rows, n, first, last, scratch, y, ldy);
    case Form::Q8S:
      return gemmQuant<Form::Q8S>(w, rows, n, first, last, scratch, y, ldy);
    case Form::Q8M:
      return gemmQuant<Form::Q8M>(w, rows, n, first, last, scratch, y, ldy);
    case Form::Q6S:
      return gemmQuant<Form::Q6S>(w, rows, n, first, last, scratch, y, ldy);
    default:
      return;  // plain forms go by columns
  }
}

}  // namespace
}  // namespace presslab::kernels
