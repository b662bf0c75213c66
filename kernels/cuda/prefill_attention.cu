// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Causal attention of a chunk by tiles with a running softmax (FlashAttention 2's order of work), in float32. A block takes a tile of rows, a row being
// one query head of one token: the `group` heads of a KV head stand side by side, so a tile of keys is read once for all of them. Tiles that no row sees are
// skipped. Window queries leave their scores on the way.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/prefill_half.h"

namespace presslab::cuda {
namespace {

constexpr int kRows = 32, kKeys = 32;        // of a tile; a warp of keys
constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp, kRowsPerWarp = kRows / kWarps;
constexpr int kMostDims = 256, kDimsPerLane = kMostDims / kWarp;

/// Shared memory in floats; rows of keys stand one word apart, so that lanes that read one channel of 32 keys meet different banks.
struct Tiles {
  float *q, *k, *v, *p;
};
__host__ __device__ inline int64_t tileFloats(int d) { return int64_t(kRows) * d + kKeys * (d + 1) + kKeys * d + kRows * kKeys; }
__device__ Tiles carve(float* shared, int d) {
  Tiles t;
  t.q = shared;
  t.k = t.q + kRows * d;
  t.v = t.k + kKeys * (d + 1);
  t.p = t.v + kKeys * d;
  return t;
}

__device__ void loadKeys(const PrefillAttentionArgs& a, const HeadState& head, int key0, int keys, const Tiles& t) {
  const int d = a.headDim;
  for (int i = int(threadIdx.x); i < kKeys * d; i += kThreads) {
    const int key = i / d, c = i % d;
    const bool there = key < keys;
    t.k[key * (d + 1) + c] = there ? loadElement(a.elem, head.k, int64_t(key0 + key) * d + c) : 0.f;
    t.v[i] = there ? loadElement(a.elem, head.v, int64_t(key0 + key) * d + c) : 0.f;
  }
}

/// Leaves the scaled score of a window query for the presses.
__device__ void leaveScore(const PrefillAttentionArgs& a, int queryHead, int position, int key, float score) {
  const int64_t row = position - (a.tokens - a.windowQueries);
  if (row >= 0) a.windowScores[(int64_t(queryHead) * a.windowQueries + row) * a.tokens + key] = score;
}

__global__ void __launch_bounds__(kThreads) prefillAttentionKernel(const PrefillAttentionArgs a) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  const int d = a.headDim, h = int(blockIdx.y), warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const int first = int(blockIdx.x) * kRows, total = a.n * a.group, rows = total - first < kRows ? total - first : kRows;
  const Tiles t = carve(shared, d);
  const HeadState head = a.cache[h];
  // Row r of the tile: token (first + r) / group of the chunk, query head (first + r) % group of the KV head.
  for (int i = int(threadIdx.x); i < kRows * d; i += kThreads) {
    const int r = first + i / d;
    t.q[i] = r < total ? a.q[(int64_t(r / a.group) * a.kvHeads * a.group + h * a.group + r % a.group) * d + i % d] * a.scale : 0.f;
  }
  float most[kRowsPerWarp], sum[kRowsPerWarp], out[kRowsPerWarp][kDimsPerLane];
#pragma unroll
  for (int r = 0; r < kRowsPerWarp; ++r) {
    most[r] = -INFINITY;
    sum[r] = 0;
    for (int i = 0; i < kDimsPerLane; ++i) out[r][i] = 0;
  }
  const int firstPosition = a.start + first / a.group, lastPosition = a.start + (first + rows - 1) / a.group;
  int key0 = a.window > 0 && firstPosition - a.window + 1 > 0 ? firstPosition - a.window + 1 : 0;
  key0 = key0 / kKeys * kKeys;
  for (; key0 <= lastPosition; key0 += kKeys) {
    const int keys = lastPosition + 1 - key0 < kKeys ? lastPosition + 1 - key0 : kKeys;
    __syncthreads();                         // the tile before is done with
    loadKeys(a, head, key0, keys, t);
    __syncthreads();
#pragma unroll
    for (int r = 0; r < kRowsPerWarp; ++r) { // a lane takes a key
      const int row = warp * kRowsPerWarp + r, position = a.start + (first + row) / a.group, key = key0 + lane;
      float dot = 0;
      for (int c = 0; c < d; ++c) dot = fmaf(t.q[row * d + c], t.k[lane * (d + 1) + c], dot);
      const bool seen = row < rows && key <= position && (a.window == 0 || position - key < a.window);
      if (a.windowScores && seen) leaveScore(a, h * a.group + (first + row) % a.group, position, key, dot);
      const float score = seen ? dot : -INFINITY, before = most[r], now = fmaxf(before, warpMax(score));
      const float p = seen ? expf(score - now) : 0.f, factor = before > -INFINITY ? expf(before - now) : 0.f;
      t.p[row * kKeys + lane] = p;
      sum[r] = sum[r] * factor + warpSum(p);
      most[r] = now;
      for (int i = 0; i < kDimsPerLane; ++i) out[r][i] *= factor;
    }
    __syncwarp();
#pragma unroll
    for (int i = 0; i < kDimsPerLane; ++i) { // a lane takes channels
      const int c = i * kWarp + lane;
      if (c >= d) continue;
      for (int key = 0; key < keys; ++key) {
        const float v = t.v[key * d + c];
#pragma unroll
        for (int r = 0; r < kRowsPerWarp; ++r) out[r][i] = fmaf(t.p[(warp * kRowsPerWarp + r) * kKeys + key], v, out[r][i]);
      }
    }
  }
#pragma unroll
  for (int r = 0; r < kRowsPerWarp; ++r) {
    const int row = first + warp * kRowsPerWarp + r;
    if (row >= total) continue;
    const int64_t at = (int64_t(row / a.group) * a.kvHeads * a.group + h * a.group + row % a.group) * d;
#pragma unroll
    for (int i = 0; i < kDimsPerLane; ++i)
      if (i * kWarp + lane < d) storeElement(a.outType, a.out, at + i * kWarp + lane, out[r][i] / sum[r]);  // a row sees itself at least
  }
}

}  // namespace

void prefillAttention(const PrefillAttentionArgs& a, Stream s) {
  if (!a.exact && hasPrefillHalf(a)) return prefillHalf(a, s);
  const int64_t bytes = tileFloats(a.headDim) * int64_t(sizeof(float));
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED(prefillAttentionKernel, bytes);
  const dim3 grid(unsigned((a.n * a.group + kRows - 1) / kRows), unsigned(a.kvHeads));
  PRESSLAB_LAUNCH(prefillAttentionKernel, grid, kThreads, bytes, s, a);
}

}  // namespace presslab::cuda
