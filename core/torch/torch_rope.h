// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include "core/engine/rope_table.h"

namespace presslab::torch_path {

/// Rotary tables on the host and on the device.
struct TorchRope {
  RopeTables host;
  at::Tensor cos, sin, slidingCos, slidingSin;  // (positions, ropeDim / 2); the sliding ones undefined where they would be the same
  int64_t dim;                                  // rotated values of a head; 0: no rotary positions
  TorchRope(const ModelConfig&, int64_t positions, at::Device);
  /// Rotates (n, heads, headDim) rows that stand at positions [start, start + n).
  at::Tensor rotate(const at::Tensor& x, int64_t start, bool slidingLayer) const;
};

}  // namespace presslab::torch_path
