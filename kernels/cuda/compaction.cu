// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kept rows of ragged heads into storage of their own, and norms of rows.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256;
constexpr unsigned kMostBlocks = 4096;  // of a head; beyond, a thread copies several vectors

/// Blocks of a head share its rows, a thread copies 16 bytes at a time.
__global__ void __launch_bounds__(kThreads)
    compactKernel(const HeadState* from, const HeadState* to, const int32_t* kept, const int32_t* count, int64_t stride, int vectors) {
  const int h = int(blockIdx.y);
  const HeadState a = from[h], b = to[h];
  const int64_t total = int64_t(count[h]) * vectors;
  for (int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x; i < total; i += int64_t(gridDim.x) * kThreads) {
    const int64_t row = i / vectors, v = i % vectors, source = kept[h * stride + row];
    static_cast<uint4*>(b.k)[row * vectors + v] = static_cast<const uint4*>(a.k)[source * vectors + v];
    static_cast<uint4*>(b.v)[row * vectors + v] = static_cast<const uint4*>(a.v)[source * vectors + v];
    if (v == 0 && b.positions) b.positions[row] = a.positions[source];
  }
}

/// A warp takes a row.
__global__ void __launch_bounds__(kThreads) rowNormKernel(const HeadState* heads, int64_t tokens, Type elem, int headDim, bool values, float* out) {
  const int h = int(blockIdx.y), lane = int(threadIdx.x) % kWarp;
  const int64_t row = int64_t(blockIdx.x) * (kThreads / kWarp) + int(threadIdx.x) / kWarp;
  if (row >= tokens) return;
  const void* rows = values ? heads[h].v : heads[h].k;
  float sum = 0;
  for (int c = lane; c < headDim; c += kWarp) {
    const float x = loadElement(elem, rows, row * headDim + c);
    sum = fmaf(x, x, sum);
  }
  sum = warpSum(sum);
  if (lane == 0) out[h * tokens + row] = sqrtf(sum);
}

}  // namespace

void compactRows(const HeadState* from, const HeadState* to, int heads, const int32_t* kept, const int32_t* count, int64_t stride, int headDim,
                 Type elem, Stream s) {
  if (heads < 1 || stride < 1) return;  // a grid has at least one block
  const int vectors = headDim * bytesOf(elem) / int(sizeof(uint4));
  const int64_t blocks = (stride * vectors + kThreads - 1) / kThreads;
  const dim3 grid(blocks < int64_t(kMostBlocks) ? unsigned(blocks) : kMostBlocks, unsigned(heads));
  PRESSLAB_LAUNCH(compactKernel, grid, kThreads, 0, s, from, to, kept, count, stride, vectors);
}

void rowNorms(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, bool values, float* out, Stream s) {
  if (kvHeads < 1 || tokens < 1) return;
  const dim3 grid(unsigned((tokens + kThreads / kWarp - 1) / (kThreads / kWarp)), unsigned(kvHeads));
  PRESSLAB_LAUNCH(rowNormKernel, grid, kThreads, 0, s, heads, tokens, elem, headDim, values, out);
}

}  // namespace presslab::cuda
