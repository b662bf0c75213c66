// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Products of bf16 on AMX: registers of 16 rows x 64 bytes, a multiply-add of two of them is 16 x 16 outputs of 32 columns. The instructions
// and the layout of their operands: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
// An output is summed in steps of 32 columns whatever tile it fell into: short tiles are filled up with zeros.
#include "kernels/simd.h"

namespace presslab::kernels {
namespace {

#if defined(__AMX_BF16__)
constexpr int kAmxRows = 16, kAmxPairs = 16;  // of a register: rows, and pairs of bf16 in a row

/// Eight registers of full size. A constant: GCC 12 tells the compiler of 8 bytes of the operand alone, and stores to the rest of a local one
/// are dropped.
struct alignas(64) TileConfig {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows, kAmxRows};
};
constexpr TileConfig kTileConfig{};

/// What stands in for a register's memory where fewer rows or columns are there.
struct alignas(64) PaddedTile {
  uint8_t at[kAmxRows][64];
  void fill(const void* from, int64_t stride, int64_t rows, int64_t bytes) {
    __builtin_memset(at, 0, sizeof at);
    for (int64_t r = 0; r < rows; ++r) __builtin_memcpy(at[r], static_cast<const uint8_t*>(from) + r * stride, size_t(bytes));
  }
};

struct AmxProduct {
  const uint16_t *a, *b;     // rows at stride lda; panels at stride panelStride, rows of pairs [16][2]
  int64_t lda, panelStride;  // elements
  int64_t pairs;
  float* c;
  int64_t ldc;
  bool add;
};

template <int R, int P>
inline void multiplyTiles() {
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (P > 1) _tile_dpbf16ps(1, 4, 7);
  if constexpr (R > 1) _tile_dpbf16ps(2, 5, 6);
  if constexpr (R > 1 && P > 1) _tile_dpbf16ps(3, 5, 7);
}

template <int R, int P>
inline void zeroTiles() {
  _tile_zero(0);
  if constexpr (P > 1) _tile_zero(1);
  if constexpr (R > 1) _tile_zero(2);
  if constexpr (R > 1 && P > 1) _tile_zero(3);
}

/// The pairs behind the last whole step of t. rows: of A, at most 16 for each row tile.
template <int R, int P>
inline void lastPairs(const AmxProduct& t, int64_t i, int64_t rows) {
  const int64_t pairs = t.pairs - i;
  PaddedTile tile;
  tile.fill(t.a + 2 * i, t.lda * 2, rows < kAmxRows ? rows : kAmxRows, 4 * pairs);
  _tile_loadd(4, tile.at, 64);
  if constexpr (R > 1) {
    tile.fill(t.a + kAmxRows * t.lda + 2 * i, t.lda * 2, kAmxRows, 4 * pairs);
    _tile_loadd(5, tile.at, 64);
  }
  tile.fill(t.b + i * 2 * kPanel, 64, pairs, 64);
  _tile_loadd(6, tile.at, 64);
  if constexpr (P > 1) {
    tile.fill(t.b + t.panelStride + i * 2 * kPanel, 64, pairs, 64);
    _tile_loadd(7, tile.at, 64);
  }
  multiplyTiles<R, P>();
}

/// C (16 R x 16 P) = or += A B. Registers: C 0..3, A 4 and 5, B 6 and 7.
template <int R, int P>
inline void wholeRows(const AmxProduct& t) {
  const int64_t ldc = t.ldc * 4, below = kAmxRows * t.ldc;
  zeroTiles<R, P>();
  if (t.add) {
    _tile_loadd(0, t.c, ldc);
    if constexpr (P > 1) _tile_loadd(1, t.c + kPanel, ldc);
    if constexpr (R > 1) _tile_loadd(2, t.c + below, ldc);
    if constexpr (R > 1 && P > 1) _tile_loadd(3, t.c + below + kPanel, ldc);
  }
  int64_t i = 0;
  for (; i + kAmxPairs <= t.pairs; i += kAmxPairs) {
    _tile_loadd(4, t.a + 2 * i, t.lda * 2);
    if constexpr (R > 1) _tile_loadd(5, t.a + kAmxRows * t.lda + 2 * i, t.lda * 2);
    _tile_loadd(6, t.b + i * 2 * kPanel, 64);
    if constexpr (P > 1) _tile_loadd(7, t.b + t.panelStride + i * 2 * kPanel, 64);
    multiplyTiles<R, P>();
  }
  if (i < t.pairs) lastPairs<R, P>(t, i, R * kAmxRows);
  _tile_stored(0, t.c, ldc);
  if constexpr (P > 1) _tile_stored(1, t.c + kPanel, ldc);
  if constexpr (R > 1) _tile_stored(2, t.c + below, ldc);
  if constexpr (R > 1 && P > 1) _tile_stored(3, t.c + below + kPanel, ldc);
}

/// The same for the fewer than 16 rows at the end of a matrix; nothing behind them is read or written.
template <int P>
inline void someRows(const AmxProduct& t, int64_t rows) {
  PaddedTile c[P], a;
  zeroTiles<1, P>();
  if (t.add) {
    for (int p = 0; p < P; ++p) c[p].fill(t.c + p * kPanel, t.ldc * 4, rows, 64);
    _tile_loadd(0, c[0].at, 64);
    if constexpr (P > 1) _tile_loadd(1, c[1].at, 64);
  }
  int64_t i = 0;
  for (; i + kAmxPairs <= t.pairs; i += kAmxPairs) {
    a.fill(t.a + 2 * i, t.lda * 2, rows, 64);
    _tile_loadd(4, a.at, 64);
    _tile_loadd(6, t.b + i * 2 * kPanel, 64);
    if constexpr (P > 1) _tile_loadd(7, t.b + t.panelStride + i * 2 * kPanel, 64);
    multiplyTiles<1, P>();
  }
  if (i < t.pairs) lastPairs<1, P>(t, i, rows);
  _tile_stored(0, c[0].at, 64);
  if constexpr (P > 1) _tile_stored(1, c[1].at, 64);
  for (int p = 0; p < P; ++p) {
    for (int64_t r = 0; r < rows; ++r) __builtin_memcpy(t.c + p * kPanel + r * t.ldc, c[p].at[r], 64);
  }
}

template <int P>
inline void amxPanels(int64_t m, AmxProduct t) {
  int64_t i = 0;
  const auto step = [&](int64_t rows) {
    t.a += rows * t.lda;
    t.c += rows * t.ldc;
    i += rows;
  };
  for (; i + 2 * kAmxRows <= m; step(2 * kAmxRows)) wholeRows<2, P>(t);
  for (; i + kAmxRows <= m; step(kAmxRows)) wholeRows<1, P>(t);
  if (i < m) someRows<P>(t, m - i);
}

void mulBf16Op(int64_t m, int64_t panels, int64_t pairs, const uint16_t* a, int64_t lda, const uint16_t* b, int64_t panelStride, float* c,
               int64_t ldc, bool add) {
  _tile_loadconfig(&kTileConfig);
  int64_t p = 0;
  for (; p + 2 <= panels; p += 2) amxPanels<2>(m, {a, b + p * panelStride, lda, panelStride, pairs, c + p * kPanel, ldc, add});
  if (p < panels) amxPanels<1>(m, {a, b + p * panelStride, lda, panelStride, pairs, c + p * kPanel, ldc, add});
  _tile_release();
}
#endif

}  // namespace
}  // namespace presslab::kernels
