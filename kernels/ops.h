// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Inside kernels/ only: the loops that exist once for each instruction set. An ops_<isa>.cpp is compiled for its set and gives one table.
// This header is included there, so it holds plain structs and no inline code.
#include <cstdint>

#include "kernels/kv_quant.h"

namespace presslab::kernels {

constexpr int kPanel = 16;    // rows of W interleaved
constexpr int kBlock = 32;    // columns that share a scale
constexpr int kKeyTile = 64;  // keys of a tile of prefill attention

/// How the 16 rows of a panel are stored. Column-interleaved forms are [col][16]; integer forms are blocks of 32 columns in which a group
/// of 64 bytes holds 4 columns of each of the 16 rows, [row][4], as the integer dot product wants them.
enum class Form : int {
  F32,  // float [col][16]
  F16,
  BF16,  // 2 bytes [col][16]
  Q4M,   // w = d q + m, q in 0..15; byte group j holds column group j low and j + 4 high
  Q8S,   // w = d (q - 128)
  Q8M,   // w = d q + m, q in 0..31
  Q6S,   // w = d[half] (q - 32), q in 0..63, a scale for 16 columns; low 4 bits as Q4M, then 2 groups
         // of 64 bytes with the high 2 bits of column groups 0..3 and 4..7
};

/// A packed matrix as the kernels read it. A block is its scales (f16: d[16] and m[16], or d[2][16], or d[16]), then its quants, so that a
/// panel is one stream: two streams side by side run at 40 % of the memory's rate, one at all of it. Plain forms have no scales.
struct Packed {
  Form form;
  int64_t rows, cols, panels, blocks;  // blocks: of 32 columns, 0 for plain forms
  const uint8_t* data;                 // 64-byte aligned
  int64_t panelBytes;
  const float* rowScale;  // (panels * 16) powers of two that d and m were divided by, or null
};

/// x as int8, block by block: x[i] = scale[i / 32] * q[i].
struct Activations {
  const float* x;                 // (cols)
  const int8_t* q;                // (blocks * 32)
  const float* scale;             // (blocks)
  const int32_t* sums;            // (blocks, 2): sums of q over the halves of a block
  const float* totals = nullptr;  // (blocks): scale times both sums; for gemm
};

/// What a product does with C: overwrites it, goes on from it, or adds each finished sum to it.
enum class Into : int { New, Chain, Sum };

enum class KvElem : int { F32, F16, BF16, Q8_0 };  // same order as Elem

struct Ops {
  // W x: y[16 * (p - first)] for panels [first, last).
  void (*gemv)(const Packed&, const Activations&, int64_t first, int64_t last, float* y);
  // The same for strips [first, last): strip i is panels i, i + apart, .. i + (streams - 1) apart. y: of panel 0.
  // Null where one stream is read as fast as several.
  void (*gemvStrips)(const Packed&, const Activations&, int64_t first, int64_t last, int64_t apart, float* y);
  int streams;
  void (*quantize)(const float* x, int64_t blocks, int8_t* q, float* scale, int32_t* sums);
  // Y = X W' for n rows of activations, each w.blocks blocks long: y[i * ldy + 16 * (p - first)] for panels [first, last) of an integer form.
  // scratch: cols * 16 bytes. Null where bf16 products are faster, or without a vector instruction for them.
  void (*gemm)(const Packed&, const Activations& rows, int64_t n, int64_t first, int64_t last, uint8_t* scratch, float* y, int64_t ldy);

  // A panel as float [cols][16], or as bf16 pairs [(cols + 1) / 2][16][2].
  void (*panelF32)(const Packed&, int64_t panel, float* out);
  void (*panelBf16)(const Packed&, int64_t panel, uint16_t* out);
  void (*toBf16)(const float* in, uint16_t* out, int64_t n);

  // C (m x 16 panels) = or += A (m x k, row stride lda) B, B's panel p at b + p * panelStride with rows of 16 floats at stride ldb.
  // One accumulator per output in ascending k, whatever m and panels are; it begins at C (Chain) or at zero.
  void (*mulF32)(int64_t m, int64_t panels, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, int64_t panelStride, float* c,
                 int64_t ldc, Into into);
  // The same in bf16 with k counted in pairs (lda in elements, even); null where the processor has no such product.
  void (*mulBf16)(int64_t m, int64_t panels, int64_t pairs, const uint16_t* a, int64_t lda, const uint16_t* b, int64_t panelStride, float* c,
                  int64_t ldc, bool add);

  // s[g * sStride + j] = scale * (q_g . k_j) for j in [0, n); q: (group, dim). together: four runs of rows side by side, where the instruction
  // set has that; here and in weigh the result is the same.
  void (*scores)(KvElem, const float* q, const void* k, int64_t n, int group, int dim, float scale, float* s, int64_t sStride, bool together);
  // o[g * dim + i] += sum_j p[g * pStride + j] v[j][i].
  void (*weigh)(KvElem, const float* p, int64_t pStride, const void* v, int64_t n, int group, int dim, float* o, bool together);
  // A block of the quantised cache to rows (32, dim).
  void (*kvBlockRows)(KvForm, bool values, const void* block, int dim, float* rows);
  // Largest of x[0, n); NaN stays out unless all are NaN.
  float (*maxOf)(const float* x, int64_t n);
  // x = exp(x - shift); returns the sum.
  float (*expSum)(float* x, int64_t n, float shift);
  void (*scale)(float* x, int64_t n, float factor);
  // Online softmax of a tile of scores s (rows x kKeyTile): row i sees its first seen + i keys, the others get weight 0. Scores are
  // multiplied by factor (above 0), m and l (rows) are the running maximum and sum, o (rows x oStride) is rescaled. Weights replace s and
  // go to p as bf16 unless it is null. s, m and l have room for rows rounded up to 16; what lies behind the last row is overwritten.
  void (*softmaxTile)(float* s, int64_t rows, int64_t seen, float factor, float* m, float* l, float* o, int64_t oStride, uint16_t* p);

  void (*rmsNorm)(const float* x, const float* weight, float eps, float* out, int64_t n);
  void (*layerNorm)(const float* x, const float* weight, const float* bias, float eps, float* out, int64_t n);
  void (*siluMul)(const float* gate, const float* up, float* out, int64_t n);
  void (*geluTanhMul)(const float* gate, const float* up, float* out, int64_t n);  // up may be null
  void (*addInto)(float* x, const float* y, int64_t n);
  void (*rope)(float* x, int heads, int headDim, int dim, const float* cos, const float* sin);
  // Rows kept[0, count) of `from` to `to`, at or before it. Rows of whole vectors; others go through compactRows's own loop.
  void (*compact)(uint8_t* to, const uint8_t* from, int64_t rowBytes, const int32_t* kept, int64_t count);
};

/// The table for bestIsa().
const Ops& ops();

const Ops& opsBaseline();
const Ops& opsAvx2();
const Ops& opsAvx512();
const Ops& opsAvx512Vnni();
const Ops& opsAmx();

}  // namespace presslab::kernels
