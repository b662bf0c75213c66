// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// W x on packed weights, and packed weights back to columns for the tiled product.
#include "kernels/simd.h"

namespace presslab::kernels {
namespace {

constexpr int kRegs = kPanel / W;  // registers of 16 rows
// Panels that one core reads side by side. A prefetcher follows a stream inside its page only: on processors with AVX-512 (Sapphire Rapids) one
// stream gets 10 GB/s to a core, four 13; on Zen 3 several get less than one.
#if defined(__AVX512F__)
constexpr int kStreams = 4;
#else
constexpr int kStreams = 1;
#endif

// ---- integer dot product: 4 bytes of each row ------------------------------------------------------------------------------------
// acc[row] += sum_c u[row][c] * a[c]; u unsigned, a signed, the same 4 bytes of a for every row.
#if defined(__AVX512VNNI__)
constexpr bool kQ8Signed = false;
inline Vi dot4(Vi acc, Vi u, Vi a) { return Vi(_mm512_dpbusd_epi32(__m512i(acc), __m512i(u), __m512i(a))); }
inline Vi dot4Q8(Vi acc, Vi u, Vi a) { return dot4(acc, u, a); }
#elif defined(__AVX512BW__)
constexpr bool kQ8Signed = true;  // 16-bit sums of full bytes would saturate: Q8 goes by magnitude and sign
inline Vi dot4(Vi acc, Vi u, Vi a) { return acc + Vi(_mm512_madd_epi16(_mm512_maddubs_epi16(__m512i(u), __m512i(a)), _mm512_set1_epi16(1))); }
inline Vi dot4Q8(Vi acc, Vi u, Vi a) {
  const __m512i w = _mm512_xor_si512(__m512i(u), _mm512_set1_epi8(-128));
  const __m512i flipped = _mm512_mask_sub_epi8(__m512i(a), _mm512_movepi8_mask(w), _mm512_setzero_si512(), __m512i(a));
  return dot4(acc, Vi(_mm512_abs_epi8(w)), Vi(flipped));
}
#elif defined(__AVX2__)
constexpr bool kQ8Signed = true;
inline Vi dot4(Vi acc, Vi u, Vi a) { return acc + Vi(_mm256_madd_epi16(_mm256_maddubs_epi16(__m256i(u), __m256i(a)), _mm256_set1_epi16(1))); }
inline Vi dot4Q8(Vi acc, Vi u, Vi a) {
  const __m256i w = _mm256_xor_si256(__m256i(u), _mm256_set1_epi8(-128));
  return dot4(acc, Vi(_mm256_abs_epi8(w)), Vi(_mm256_sign_epi8(__m256i(a), w)));
}
#elif defined(__SSE2__)
constexpr bool kQ8Signed = false;
inline Vi dot4(Vi acc, Vi u, Vi a) {
  const __m128i zero = _mm_setzero_si128(), wide = _mm_srai_epi16(_mm_unpacklo_epi8(__m128i(a), __m128i(a)), 8);
  const __m128 low = _mm_castsi128_ps(_mm_madd_epi16(_mm_unpacklo_epi8(__m128i(u), zero), wide));
  const __m128 high = _mm_castsi128_ps(_mm_madd_epi16(_mm_unpackhi_epi8(__m128i(u), zero), wide));
  return acc + Vi(_mm_castps_si128(_mm_shuffle_ps(low, high, 0x88))) + Vi(_mm_castps_si128(_mm_shuffle_ps(low, high, 0xDD)));
}
inline Vi dot4Q8(Vi acc, Vi u, Vi a) { return dot4(acc, u, a); }
#else
constexpr bool kQ8Signed = false;
inline Vi dot4(Vi acc, Vi u, Vi a) {
  for (int row = 0; row < W; ++row) {
    for (int c = 0; c < 4; ++c) acc[row] += int32_t(uint32_t(u[row]) >> 8 * c & 0xFFu) * int8_t(uint32_t(a[row]) >> 8 * c & 0xFFu);
  }
  return acc;
}
inline Vi dot4Q8(Vi acc, Vi u, Vi a) { return dot4(acc, u, a); }
#endif

inline Vi loadBytes(const uint8_t* p) { return *reinterpret_cast<const ViLoose*>(p); }

inline Vi fourOf(const int8_t* q) {
  int32_t bytes;
  __builtin_memcpy(&bytes, q, 4);
  return splatInt(bytes);
}

inline Vf toFloat(Vi v) { return __builtin_convertvector(v, Vf); }

constexpr int scaleBytes(Form f) { return f == Form::Q8S ? 2 * kPanel : 4 * kPanel; }
constexpr int kNibbleBytes = kPanel * kBlock / 2, kPairBytes = kPanel * kBlock / 4;  // of a block: 4 bits, and 2 bits of each quant
constexpr int blockBytes(Form f) {
  return scaleBytes(f) + (f == Form::Q4M ? kNibbleBytes : f == Form::Q6S ? kNibbleBytes + kPairBytes : kPanel * kBlock);
}

/// Column groups j and j + 4 (j < 4) of a block as bytes.
template <Form F>
inline void twoGroups(const uint8_t* quants, int j, Vi& first, Vi& second) {
  if constexpr (F == Form::Q4M || F == Form::Q6S) {
    const Vi bytes = loadBytes(quants + j * 4 * kPanel);
    first = bytes & 0x0F0F0F0F;
    second = bytes >> 4 & 0x0F0F0F0F;
    if constexpr (F == Form::Q6S) {
      const Vi low = loadBytes(quants + kNibbleBytes), high = loadBytes(quants + kNibbleBytes + 4 * kPanel);
      first |= (low >> 2 * j & 0x03030303) << 4;
      second |= (high >> 2 * j & 0x03030303) << 4;
    }
  } else {
    first = loadBytes(quants + j * 4 * kPanel);
    second = loadBytes(quants + (j + 4) * 4 * kPanel);
  }
}

/// Integer sums of one block for W rows: columns [0, 16) and [16, 32).
template <Form F>
inline void dotBlock(const uint8_t* quants, const int8_t* q, Vi& low, Vi& high) {
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    Vi first, second;
    twoGroups<F>(quants, j, first, second);
    if constexpr (F == Form::Q8S) {
      low = dot4Q8(low, first, fourOf(q + 4 * j));
      high = dot4Q8(high, second, fourOf(q + 16 + 4 * j));
    } else {
      low = dot4(low, first, fourOf(q + 4 * j));
      high = dot4(high, second, fourOf(q + 16 + 4 * j));
    }
  }
}

template <Form F>
inline Vf addBlock(const uint8_t* block, const Activations& a, int64_t index, int reg, Vf acc) {
  const auto* scales = reinterpret_cast<const uint16_t*>(block);
  const float s = a.scale[index];
  const int32_t sumLow = a.sums[2 * index], sumHigh = a.sums[2 * index + 1];
  constexpr int kOffset = F == Form::Q8S && !kQ8Signed ? 128 : F == Form::Q6S ? 32 : 0;
  Vi low = splatInt(-kOffset * sumLow), high = splatInt(-kOffset * sumHigh);
  dotBlock<F>(block + scaleBytes(F) + reg * W * 4, a.q + index * kBlock, low, high);
  const Vf first = loadHalf(scales + reg * W);
  if constexpr (F == Form::Q6S) {
    acc = mulAdd(first * s, toFloat(low), acc);
    return mulAdd(loadHalf(scales + kPanel + reg * W) * s, toFloat(high), acc);
  } else {
    acc = mulAdd(first * s, toFloat(low + high), acc);
    if constexpr (F == Form::Q8S)
      return acc;
    else
      return mulAdd(loadHalf(scales + kPanel + reg * W), splat(s * float(sumLow + sumHigh)), acc);
  }
}

/// Panels p, p + apart, .. p + (S - 1) apart, block by block. y: of panel 0.
template <Form F, int S>
inline void gemvTogether(const Packed& w, const Activations& a, int64_t p, int64_t apart, float* y) {
  const uint8_t* block = w.data + p * w.panelBytes;
  const int64_t far = apart * w.panelBytes;
  Vf acc[S][kRegs] = {};
  for (int64_t b = 0; b < w.blocks; ++b, block += blockBytes(F)) {
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) {
#pragma GCC unroll 4
      for (int r = 0; r < kRegs; ++r) acc[s][r] = addBlock<F>(block + s * far, a, b, r, acc[s][r]);
    }
  }
  for (int s = 0; s < S; ++s) {
    for (int r = 0; r < kRegs; ++r) {
      const int64_t row = (p + s * apart) * kPanel + r * W;
      store(y + row, w.rowScale ? acc[s][r] * load(w.rowScale + row) : acc[s][r]);
    }
  }
}

template <Form F>
void gemvQuant(const Packed& w, const Activations& a, int64_t first, int64_t last, float* y) {
  for (int64_t p = first; p < last; ++p) gemvTogether<F, 1>(w, a, p, 0, y - first * kPanel);
}

template <KvElem E, int S>
inline void gemvPlainTogether(const Packed& w, const Activations& a, int64_t p, int64_t apart, float* y) {
  using Type = typename ElemOf<E>::Type;
  constexpr int kChains = 4;  // hides the latency of the multiply-add
  const auto* col = reinterpret_cast<const Type*>(w.data + p * w.panelBytes);
  const int64_t far = apart * w.panelBytes / int64_t(sizeof(Type));
  Vf acc[S][kChains][kRegs] = {};
  int64_t i = 0;
  for (; i + kChains <= w.cols; i += kChains, col += kChains * kPanel) {
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) {
#pragma GCC unroll 4
      for (int c = 0; c < kChains; ++c) {
#pragma GCC unroll 4
        for (int r = 0; r < kRegs; ++r) acc[s][c][r] = mulAdd(loadElem<E>(col + s * far + c * kPanel + r * W), splat(a.x[i + c]), acc[s][c][r]);
      }
    }
  }
  for (; i < w.cols; ++i, col += kPanel) {
    for (int s = 0; s < S; ++s) {
      for (int r = 0; r < kRegs; ++r) acc[s][0][r] = mulAdd(loadElem<E>(col + s * far + r * W), splat(a.x[i]), acc[s][0][r]);
    }
  }
  for (int s = 0; s < S; ++s) {
    for (int r = 0; r < kRegs; ++r) {
      store(y + (p + s * apart) * kPanel + r * W, (acc[s][0][r] + acc[s][1][r]) + (acc[s][2][r] + acc[s][3][r]));
    }
  }
}

template <KvElem E>
void gemvPlain(const Packed& w, const Activations& a, int64_t first, int64_t last, float* y) {
  for (int64_t p = first; p < last; ++p) gemvPlainTogether<E, 1>(w, a, p, 0, y - first * kPanel);
}

void gemvOp(const Packed& w, const Activations& a, int64_t first, int64_t last, float* y) {
  switch (w.form) {
    case Form::F32:
      return gemvPlain<KvElem::F32>(w, a, first, last, y);
    case Form::F16:
      return gemvPlain<KvElem::F16>(w, a, first, last, y);
    case Form::BF16:
      return gemvPlain<KvElem::BF16>(w, a, first, last, y);
    case Form::Q4M:
      return gemvQuant<Form::Q4M>(w, a, first, last, y);
    case Form::Q8S:
      return gemvQuant<Form::Q8S>(w, a, first, last, y);
    case Form::Q8M:
      return gemvQuant<Form::Q8M>(w, a, first, last, y);
    case Form::Q6S:
      return gemvQuant<Form::Q6S>(w, a, first, last, y);
  }
}

template <Form F>
void gemvStrips(const Packed& w, const Activations& a, int64_t first, int64_t last, int64_t apart, float* y) {
  for (int64_t p = first; p < last; ++p) gemvTogether<F, kStreams>(w, a, p, apart, y);
}

template <KvElem E>
void gemvPlainStrips(const Packed& w, const Activations& a, int64_t first, int64_t last, int64_t apart, float* y) {
  for (int64_t p = first; p < last; ++p) gemvPlainTogether<E, kStreams>(w, a, p, apart, y);
}

[[maybe_unused]] void gemvStripsOp(const Packed& w, const Activations& a, int64_t first, int64_t last, int64_t apart, float* y) {
  switch (w.form) {
    case Form::Q4M:
      return gemvStrips<Form::Q4M>(w, a, first, last, apart, y);
    case Form::Q8S:
      return gemvStrips<Form::Q8S>(w, a, first, last, apart, y);
    case Form::Q8M:
      return gemvStrips<Form::Q8M>(w, a, first, last, apart, y);
    case Form::Q6S:
      return gemvStrips<Form::Q6S>(w, a, first, last, apart, y);
    case Form::F32:
      return gemvPlainStrips<KvElem::F32>(w, a, first, last, apart, y);
    case Form::F16:
      return gemvPlainStrips<KvElem::F16>(w, a, first, last, apart, y);
    case Form::BF16:
      return gemvPlainStrips<KvElem::BF16>(w, a, first, last, apart, y);
  }
}

/// int8 with one scale for 32 values. A block with an infinity or NaN gets a NaN scale, so that the fault reaches the result.
void quantizeOp(const float* x, int64_t blocks, int8_t* q, float* scale, int32_t* sums) {
  for (int64_t b = 0; b < blocks; ++b, x += kBlock, q += kBlock) {
    Vf top = {}, poison = {};
    for (int i = 0; i < kBlock; i += W) {
      const Vf v = load(x + i), magnitude = v < 0.f ? -v : v;
      top = magnitude > top ? magnitude : top;
      poison += v * 0.f;  // 0, or NaN for an infinity or NaN
    }
    float lanes[W], largest = 0;
    store(lanes, top);
    for (int i = 0; i < W; ++i) largest = lanes[i] > largest ? lanes[i] : largest;
    const float bad = sum(poison);
    if (bad != bad) largest = 0;
    const float inverse = largest > 1e-30f ? 127.f / largest : 0.f;
    typedef int8_t Bytes __attribute__((vector_size(W), aligned(1), may_alias));
    Vi total[2] = {};
    for (int i = 0; i < kBlock; i += W) {
      constexpr float kShift = 12582912.f;
      const Vf scaled = (bad != bad ? Vf{} : load(x + i)) * inverse;
      const Vi rounded = Vi(scaled + kShift) - int32_t(floatToBits(kShift));
      *reinterpret_cast<Bytes*>(q + i) = __builtin_convertvector(rounded, Bytes);
      total[i / 16] += rounded;
    }
    scale[b] = bad != bad ? bad : inverse > 0.f ? largest / 127.f : 0.f;
    for (int half = 0; half < 2; ++half) {
      int32_t ints[W], all = 0;
      __builtin_memcpy(ints, &total[half], sizeof ints);
      for (int j = 0; j < W; ++j) all += ints[j];
      sums[2 * b + half] = all;
    }
  }
}

// ---- panels back to columns ------------------------------------------------------------------------------------------------------

/// Calls emit(column pair, register, even column, odd column) for a whole panel; a missing last odd column is 0.
template <KvElem E, class Emit>
inline void plainColumns(const Packed& w, int64_t p, Emit emit) {
  const auto* col = reinterpret_cast<const typename ElemOf<E>::Type*>(w.data + p * w.panelBytes);
  for (int64_t i = 0; i < w.cols; i += 2, col += 2 * kPanel) {
    for (int r = 0; r < kRegs; ++r) emit(i / 2, r, loadElem<E>(col + r * W), i + 1 < w.cols ? loadElem<E>(col + kPanel + r * W) : Vf{});
  }
}

template <Form F, class Emit>
inline void quantColumns(const Packed& w, int64_t p, Emit emit) {
  const uint8_t* block = w.data + p * w.panelBytes;
  constexpr int kMask = 0xFF;
  for (int64_t b = 0; b < w.blocks; ++b, block += blockBytes(F)) {
    const auto* scales = reinterpret_cast<const uint16_t*>(block);
    const uint8_t* quants = block + scaleBytes(F);
    for (int r = 0; r < kRegs; ++r) {
      const Vf rowScale = w.rowScale ? load(w.rowScale + p * kPanel + r * W) : splat(1.f);
      const Vf d = loadHalf(scales + r * W) * rowScale;
      for (int g = 0; g < 8; ++g) {  // 4 columns
        const Vf second = F == Form::Q8S ? Vf{} : loadHalf(scales + kPanel + r * W) * rowScale;
        const Vf step = F == Form::Q6S && g >= 4 ? second : d;
        const Vf base = F == Form::Q8S ? d * -128.f : F == Form::Q6S ? step * -32.f : second;
        Vi groups[2];
        twoGroups<F>(quants + r * W * 4, g % 4, groups[0], groups[1]);
        const Vi bytes = groups[g / 4];
        const int64_t pair = b * (kBlock / 2) + g * 2;
        emit(pair, r, mulAdd(step, toFloat(bytes & kMask), base), mulAdd(step, toFloat(bytes >> 8 & kMask), base));
        emit(pair + 1, r, mulAdd(step, toFloat(bytes >> 16 & kMask), base), mulAdd(step, toFloat(bytes >> 24 & kMask), base));
      }
    }
  }
}

template <class Emit>
inline void columns(const Packed& w, int64_t p, Emit emit) {
  switch (w.form) {
    case Form::F32:
      return plainColumns<KvElem::F32>(w, p, emit);
    case Form::F16:
      return plainColumns<KvElem::F16>(w, p, emit);
    case Form::BF16:
      return plainColumns<KvElem::BF16>(w, p, emit);
    case Form::Q4M:
      return quantColumns<Form::Q4M>(w, p, emit);
    case Form::Q8S:
      return quantColumns<Form::Q8S>(w, p, emit);
    case Form::Q8M:
      return quantColumns<Form::Q8M>(w, p, emit);
    case Form::Q6S:
      return quantColumns<Form::Q6S>(w, p, emit);
  }
}

/// out: (cols rounded up to even, 16).
void panelF32Op(const Packed& w, int64_t p, float* out) {
  columns(w, p, [out](int64_t pair, int r, Vf even, Vf odd) {
    store(out + pair * 2 * kPanel + r * W, even);
    store(out + (pair * 2 + 1) * kPanel + r * W, odd);
  });
}

#if defined(__AVX512BF16__)
void panelBf16Op(const Packed& w, int64_t p, uint16_t* out) {
  const __m512i odd16 =
      _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  columns(w, p, [out, odd16](int64_t pair, int, Vf even, Vf odd) {
    const __m512i both = __m512i(_mm512_cvtne2ps_pbh(__m512(odd), __m512(even)));  // 16 even columns' rows, then the odd ones
    _mm512_storeu_si512(out + pair * 2 * kPanel, _mm512_permutexvar_epi16(odd16, both));
  });
}
#endif

}  // namespace
}  // namespace presslab::kernels
