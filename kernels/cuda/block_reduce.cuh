// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sums and maxima over a warp and over a block; every thread gets the result.
#include "kernels/cuda/device_code.cuh"

namespace presslab::cuda {

__device__ inline float warpSum(float v) {
  for (int o = kWarp / 2; o > 0; o /= 2) v += __shfl_xor_sync(kFullWarp, v, o);
  return v;
}

__device__ inline float warpMax(float v) {
  for (int o = kWarp / 2; o > 0; o /= 2) v = fmaxf(v, __shfl_xor_sync(kFullWarp, v, o));
  return v;
}

/// scratch: 32 floats of shared memory, free again when the call returns. blockDim.x is a multiple of 32.
__device__ inline float blockSum(float v, float* scratch) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, warps = int(blockDim.x) / kWarp;
  v = warpSum(v);
  if (lane == 0) scratch[warp] = v;
  __syncthreads();
  v = warpSum(lane < warps ? scratch[lane] : 0.f);
  __syncthreads();
  return v;
}

/// Sum of `own` over the block's threads before this one. warpSums: 32 ints of shared memory, free again after the next barrier. Every thread of the
/// block calls it.
__device__ inline int blockBefore(int own, int* warpSums) {
  const int lane = int(threadIdx.x) % kWarp, warp = int(threadIdx.x) / kWarp;
  int before = own;
  for (int o = 1; o < kWarp; o *= 2) {
    const int other = __shfl_up_sync(kFullWarp, before, unsigned(o));
    if (lane >= o) before += other;
  }
  if (lane == kWarp - 1) warpSums[warp] = before;
  __syncthreads();
  for (int w = 0; w < warp; ++w) before += warpSums[w];
  return before - own;
}

}  // namespace presslab::cuda
