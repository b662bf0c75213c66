// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include "core/engine/rope_table.h"

namespace presslab::torch_path {

/// at::cos and at::sin of n angles, on the calling thread.
void cosSin(const float* angles, int64_t n, float* cos, float* sin);

/// Rotary tables on the host and on the device.
struct TorchRope {
  RopeTables host;
  at::Tensor cos, sin, slidingCos, slidingSin;  // (positions, ropeDim / 2); the sliding ones undefined where they would be the same
  int64_t dim;                                  // rotated values of a head; 0: no rotary positions
  TorchRope(const ModelConfig&, int64_t positions, at::Device);
  /// As transformers does, roundings included. Rotates (n, heads, headDim) rows that stand at positions [start, start + n).
  at::Tensor rotate(const at::Tensor& x, int64_t start, bool slidingLayer) const;
};

}  // namespace presslab::torch_path
