// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The order of scores that selection and ranks share.
#include "kernels/cuda/device_code.cuh"

namespace presslab::cuda {

/// Unsigned key in the order of the scores, as kernels/select.cpp has it: NaN is 0, then -inf upward; -0 equals +0.
__device__ inline unsigned orderedKey(float score) {
  if (isnan(score)) return 0;
  const unsigned bits = score == 0.f ? 0u : __float_as_uint(score);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/// Lanes of the warp before this one.
__device__ inline unsigned lanesBefore(int lane) { return (1u << lane) - 1; }

/// A warp's share of n entries: whole steps of a warp, so that shares follow each other in order.
struct Share {
  int64_t first, last;
};
__device__ inline Share shareOf(int warp, int warps, int64_t n) {
  const int64_t steps = (n + kWarp - 1) / kWarp, each = (steps + warps - 1) / warps;
  const int64_t first = each * warp * kWarp, last = first + each * kWarp;
  return {first < n ? first : n, last < n ? last : n};
}

}  // namespace presslab::cuda
