// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A chunk of n context tokens on a device. The products between these launches are cuBLAS's, through LibTorch.
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

/// x[i] = embedding row of ids[i], scaled, with the learned position start + i. x: (n, hidden).
void embedRows(const int32_t* ids, int n, int start, const DeviceMatrix& embedding, float scale, const float* learnedPositions, float* x, Stream);

/// Whole rows of a matrix to (rows, cols) of an element type, as the CPU dequantises them.
void dequantise(const DeviceMatrix&, int firstRow, int rows, Type out, void* to, Stream);

struct NormRowsArgs {
  float* x;                      // (n, hidden): x += post(delta) in place first
  const float* delta = nullptr;  // (n, hidden) or null
  DeviceNorm post, norm;
  Type outType;             // F32, F16, BF16
  void* out;                // (n, hidden); null: only x is brought up to date
  float* record = nullptr;  // optional (n, hidden): the normalised rows in float32
  int n, hidden;
  int32_t* bad = nullptr;  // min with row index where x is not finite
};
void normRows(const NormRowsArgs&, Stream);

/// act(gate + b0) * (up + b1), or act(gate + b0) where up is null. (n, width) float32 in, outType out.
void activateRows(const float* gate, const float* gateBias, const float* up, const float* upBias, Act, int n, int width, Type outType, void* out,
                  Stream);
/// rows (n, width) += bias.
void addBias(float* rows, const float* bias, int n, int width, Stream);

/// Queries, keys and values of the chunk: bias, norm by head, rotation; keys and values into the cache at rows start .. start + n.
struct ProjectRowsArgs {
  float *q, *k, *v;  // (n, heads, headDim): q is rotated in place
  const float *qBias, *kBias, *vBias;
  DeviceNorm qNorm, kNorm;
  const float *cos, *sin;
  int ropeDim, heads, kvHeads, headDim, n, start;
  float* record = nullptr;  // optional (n, heads, headDim): queries before the rotation
  const HeadState* cache;   // (kvHeads), rows start .. start + n exist
  Type elem;
};
void projectRows(const ProjectRowsArgs&, Stream);

/// Causal attention of queries start .. start + n over keys 0 .. start + n of each head. exact: float32 throughout; else tensor cores on half
/// precision where the head dim allows, sums in float32.
struct PrefillAttentionArgs {
  const float* q;          // (n, kvHeads * group, headDim), rotated
  const HeadState* cache;  // (kvHeads)
  Type elem;
  Type outType;
  void* out;  // (n, kvHeads * group * headDim)
  int n, start, kvHeads, group, headDim;
  float scale;
  int window;  // key j is visible to query i when 0 <= i - j < window; 0: all before
  bool exact;
  // In the same pass: the last `windowQueries` tokens of the context of `tokens` also leave their scaled q.k, for the scores of window presses.
  int windowQueries = 0;
  int64_t tokens = 0;
  float* windowScores = nullptr;  // (kvHeads * group, windowQueries, tokens); rows outside the chunk are left alone
};
void prefillAttention(const PrefillAttentionArgs&, Stream);

}  // namespace presslab::cuda
