// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// One head's row of queries or keys: the RMS norm over the head that some architectures have, then the rotation.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

/// Norm in place, by the 32 lanes of a warp; row in shared memory, made visible to the warp before and after.
__device__ inline void normHead(float* row, int headDim, const DeviceNorm& norm, int lane) {
  if (!norm.weight) return;
  float squares = 0;
  for (int d = lane; d < headDim; d += kWarp) squares = fmaf(row[d], row[d], squares);
  const float scale = 1.f / sqrtf(warpSum(squares) / float(headDim) + norm.eps);
  for (int d = lane; d < headDim; d += kWarp) row[d] = row[d] * scale * norm.weight[d];
  __syncwarp();
}

/// Turns pairs (i, i + ropeDim / 2) by a row of the tables; null: nothing is turned.
__device__ inline void turnHead(float* row, int ropeDim, const float* cos, const float* sin, int lane) {
  if (!cos) return;
  const int half = ropeDim / 2;
  for (int i = lane; i < half; i += kWarp) {
    const float a = row[i], b = row[i + half];
    row[i] = a * cos[i] - b * sin[i];
    row[i + half] = b * cos[i] + a * sin[i];
  }
  __syncwarp();
}

}  // namespace presslab::cuda
