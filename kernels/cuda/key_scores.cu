// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Scores that keys alone decide: their norm, and their angle to the mean direction of the head. Sums are in double, as on the CPU.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256, kWarps = kThreads / kWarp;
constexpr int kPartTokens = 256;  // tokens that a block adds up

__device__ inline double warpSumDouble(double v) {
  for (int o = kWarp / 2; o > 0; o /= 2) v += __shfl_xor_sync(kFullWarp, v, o);
  return v;
}

/// A warp takes a row: the score, or the norm, which is at least 1e-12.
__global__ void __launch_bounds__(kThreads) keyNormKernel(const HeadState* heads, int64_t tokens, Type elem, int headDim, bool asScore, float* out) {
  const int h = int(blockIdx.y), lane = int(threadIdx.x) % kWarp;
  const int64_t row = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  if (row >= tokens) return;
  double sum = 0;
  for (int c = lane; c < headDim; c += kWarp) {
    const double x = loadElement(elem, heads[h].k, row * headDim + c);
    sum += x * x;
  }
  const float norm = float(sqrt(warpSumDouble(sum)));
  if (lane == 0) out[h * tokens + row] = asScore ? -norm : fmaxf(norm, 1e-12f);
}

/// parts (heads, gridDim.x, headDim): sums of k / |k| over a part of the tokens. Threads share the columns, and the rows where there are more threads.
__global__ void __launch_bounds__(kThreads)
    anchorKernel(const HeadState* heads, int64_t tokens, Type elem, int headDim, const float* norms, double* parts) {
  __shared__ double sums[kThreads];
  const int h = int(blockIdx.y), t = int(threadIdx.x), lines = kThreads / headDim, column = t % headDim, line = t / headDim;
  const int64_t first = int64_t(blockIdx.x) * kPartTokens, last = first + kPartTokens < tokens ? first + kPartTokens : tokens;
  double sum = 0;
  if (line < lines)
    for (int64_t i = first + line; i < last; i += lines)
      sum += __fdiv_rn(loadElement(elem, heads[h].k, i * headDim + column), norms[h * tokens + i]);
  sums[t] = sum;
  __syncthreads();
  if (t >= headDim) return;
  for (int l = 1; l < lines; ++l) sum += sums[l * headDim + t];
  parts[(int64_t(h) * gridDim.x + blockIdx.x) * headDim + t] = sum;
}

/// A block adds up the parts of its head, then its warps take rows.
__global__ void __launch_bounds__(kThreads) keyDiffKernel(const HeadState* heads, int64_t tokens, Type elem, int headDim, const float* norms,
                                                          const double* parts, int partCount, float* out) {
  __shared__ double anchor[kThreads];
  __shared__ double length;
  const int h = int(blockIdx.y), t = int(threadIdx.x), warp = t / kWarp, lane = t % kWarp;
  double sum = 0;
  if (t < headDim)
    for (int p = 0; p < partCount; ++p) sum += parts[(int64_t(h) * partCount + p) * headDim + t];
  anchor[t] = sum / double(tokens);
  __syncthreads();
  if (warp == 0) {
    double squares = 0;
    for (int c = lane; c < headDim; c += kWarp) squares += anchor[c] * anchor[c];
    squares = sqrt(warpSumDouble(squares));
    if (lane == 0) length = squares > 1e-12 ? squares : 1e-12;
  }
  __syncthreads();
  for (int64_t row = int64_t(blockIdx.x) * kWarps + warp; row < tokens; row += int64_t(gridDim.x) * kWarps) {
    double dot = 0;
    for (int c = lane; c < headDim; c += kWarp) dot += double(loadElement(elem, heads[h].k, row * headDim + c)) * anchor[c];
    dot = warpSumDouble(dot);
    if (lane == 0) out[h * tokens + row] = float(-dot / (double(norms[h * tokens + row]) * length));
  }
}

int64_t partsOf(int64_t tokens) { return (tokens + kPartTokens - 1) / kPartTokens; }
dim3 rowGrid(int64_t tokens, int kvHeads) { return dim3(unsigned((tokens + kWarps - 1) / kWarps), unsigned(kvHeads)); }

}  // namespace

void keyNormScores(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, float* out, Stream s) {
  if (kvHeads < 1 || tokens < 1) return;
  PRESSLAB_LAUNCH(keyNormKernel, rowGrid(tokens, kvHeads), kThreads, 0, s, heads, tokens, elem, headDim, true, out);
}

int64_t keyDiffScratchBytes(int kvHeads, int64_t tokens, int headDim) {
  return int64_t{kvHeads} * (partsOf(tokens) * headDim * int64_t(sizeof(double)) + tokens * int64_t(sizeof(float)));
}

void keyDiffScores(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, float* out, void* scratch, Stream s) {
  if (kvHeads < 1 || tokens < 1) return;
  const auto parts = unsigned(partsOf(tokens));
  auto* sums = static_cast<double*>(scratch);
  auto* norms = reinterpret_cast<float*>(sums + int64_t{kvHeads} * parts * headDim);
  PRESSLAB_LAUNCH(keyNormKernel, rowGrid(tokens, kvHeads), kThreads, 0, s, heads, tokens, elem, headDim, false, norms);
  PRESSLAB_LAUNCH(anchorKernel, dim3(parts, unsigned(kvHeads)), kThreads, 0, s, heads, tokens, elem, headDim, norms, sums);
  PRESSLAB_LAUNCH(keyDiffKernel, dim3(parts, unsigned(kvHeads)), kThreads, 0, s, heads, tokens, elem, headDim, norms, sums, int(parts), out);
}

}  // namespace presslab::cuda
