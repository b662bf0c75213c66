// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// From the attention logits that prefill left for its last queries to the scores of window presses, summed in the CPU's order.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kMostWarps = 32;

/// Largest value of the block; every thread gets it. Values that are not numbers are passed over.
__device__ inline float blockMax(float v, float* scratch) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, warps = int(blockDim.x) / kWarp;
  v = warpMax(v);
  if (lane == 0) scratch[warp] = v;
  __syncthreads();
  v = warpMax(lane < warps ? scratch[lane] : -INFINITY);
  __syncthreads();
  return v;
}

/// A block takes a row: its softmax over the keys that it sees, weighted, in place. Only keys before the window are written back.
__global__ void __launch_bounds__(kThreads) softmaxKernel(const WindowScoreArgs a) {
  __shared__ float scratch[kMostWarps];
  const int64_t position = a.tokens - a.queries + blockIdx.x, seen = position + 1, kept = a.tokens - a.queries;
  float* row = a.windowScores + (int64_t(blockIdx.y) * a.queries + blockIdx.x) * a.tokens;
  float top = -INFINITY;
  for (int64_t i = threadIdx.x; i < seen; i += kThreads) top = fmaxf(top, row[i]);
  top = blockMax(top, scratch);
  float sum = 0;
  for (int64_t i = threadIdx.x; i < seen; i += kThreads) {
    const float e = expf(row[i] - top);
    sum += e;
    if (i < kept) row[i] = e;
  }
  const float factor = (a.byCount ? float(position) : 1.f) / blockSum(sum, scratch);
  for (int64_t i = threadIdx.x; i < kept; i += kThreads) row[i] *= factor;
}

/// A thread takes a key of a KV head: rows of a query head are added first, then the heads of the group.
__global__ void __launch_bounds__(kThreads) sumKernel(const WindowScoreArgs a) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x, kept = a.tokens - a.queries;
  if (i >= kept) return;
  float total = 0;
  for (int g = 0; g < a.group; ++g) {
    const float* rows = a.windowScores + (int64_t(blockIdx.y) * a.group + g) * a.queries * a.tokens + i;
    float sum = 0;
    for (int r = 0; r < a.queries; ++r) sum += rows[r * a.tokens];
    total += sum;
  }
  a.scratch[blockIdx.y * a.tokens + i] = total;
}

__global__ void __launch_bounds__(kThreads) poolKernel(const WindowScoreArgs a, float scale) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x, kept = a.tokens - a.queries, half = a.pool / 2, row = blockIdx.y * a.tokens;
  if (i >= kept) return;
  float pooled = 0;
  for (int64_t j = i > half ? i - half : 0; j <= i + half && j < kept; ++j) pooled += a.scratch[row + j];
  a.out[row + i] = pooled * scale * (a.valueNorms ? a.valueNorms[row + i] : 1.f);
}

constexpr int kTopThreads = 1024;

/// One block: the largest score before the window, plus one, for every row of the window.
__global__ void __launch_bounds__(kTopThreads) topKernel(const WindowScoreArgs a) {
  __shared__ float scratch[kMostWarps];
  const int64_t kept = a.tokens - a.queries;
  float top = -INFINITY;
  for (int h = 0; h < a.kvHeads; ++h)
    for (int64_t i = threadIdx.x; i < kept; i += kTopThreads) top = fmaxf(top, a.out[h * a.tokens + i]);
  top = blockMax(top, scratch);
  top = isfinite(top) ? top + 1.f : 1.f;
  for (int h = 0; h < a.kvHeads; ++h)
    for (int64_t i = kept + threadIdx.x; i < a.tokens; i += kTopThreads) a.out[h * a.tokens + i] = top;
}

}  // namespace

void windowScores(const WindowScoreArgs& a, Stream s) {
  const int64_t kept = a.tokens - a.queries;
  if (a.queries > 0) PRESSLAB_LAUNCH(softmaxKernel, dim3(unsigned(a.queries), unsigned(a.kvHeads * a.group)), kThreads, 0, s, a);
  if (kept > 0) {
    const dim3 grid(unsigned((kept + kThreads - 1) / kThreads), unsigned(a.kvHeads));
    const float scale = 1.f / (float(a.queries > 1 ? a.queries : 1) * float(a.group) * float(a.pool));
    PRESSLAB_LAUNCH(sumKernel, grid, kThreads, 0, s, a);
    PRESSLAB_LAUNCH(poolKernel, grid, kThreads, 0, s, a, scale);
  }
  PRESSLAB_LAUNCH(topKernel, 1u, kTopThreads, 0, s, a);
}

}  // namespace presslab::cuda
