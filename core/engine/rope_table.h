// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/format/model_file.h"

namespace presslab {

/// Cosines and sines of the rotary angles, one row of ropeDim / 2 floats a position, computed in float32 as transformers does.
struct RopeTable {
  int64_t positions = 0;
  int half = 0;                             // ropeDim / 2
  std::vector<float> cos, sin;              // (positions, half)
  RopeTable(const ModelConfig&, int64_t positions);
  const float* cosRow(int64_t p) const { return cos.data() + p * half; }
  const float* sinRow(int64_t p) const { return sin.data() + p * half; }
};

}  // namespace presslab
