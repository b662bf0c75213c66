// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Norms of a row that a block holds, and activations.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

/// The norm of n values that `at(c)` gives access to, in place; a norm without weight leaves them alone. Each thread touches only the values of its
/// own stride, before and after. Every thread of the block calls it. scratch: 32 floats.
template <class At>
__device__ void normalise(const DeviceNorm& norm, int n, At&& at, float* scratch) {
  if (!norm.weight) return;
  float mean = 0;
  if (norm.centred) {
    float sum = 0;
    for (int c = int(threadIdx.x); c < n; c += int(blockDim.x)) sum += at(c);
    mean = blockSum(sum, scratch) / float(n);
  }
  float squares = 0;
  for (int c = int(threadIdx.x); c < n; c += int(blockDim.x)) {
    const float x = at(c) - mean;
    squares = fmaf(x, x, squares);
  }
  const float scale = 1.f / sqrtf(blockSum(squares, scratch) / float(n) + norm.eps);
  for (int c = int(threadIdx.x); c < n; c += int(blockDim.x)) {
    const float x = (at(c) - mean) * scale * norm.weight[c];
    at(c) = norm.bias ? x + norm.bias[c] : x;
  }
}

/// As the CPU's siluMul, geluTanhMul and geluMul.
__device__ inline float activation(Act act, float x) {
  if (act == Act::Silu) return x / (1.f + expf(-x));
  if (act == Act::GeluTanh) return .5f * x * (1.f + tanhf(.7978845608028654f * (x + .044715f * x * x * x)));
  return .5f * x * (1.f + erff(x * .7071067811865476f));
}

}  // namespace presslab::cuda
