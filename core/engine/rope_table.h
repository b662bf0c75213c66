// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/format/model_file.h"
#include "core/press/trace.h"

namespace presslab {

/// Writes cosines and sines of n angles.
using AngleFunction = void (*)(const float* angles, int64_t n, float* cos, float* sin);

/// Cosines and sines of the rotary angles, one row of ropeDim / 2 floats a position, computed in float32 as transformers does. Empty for a
/// model without rotary positions.
struct RopeTable {
  int64_t positions = 0;
  int half = 0;                 // ropeDim / 2
  std::vector<float> cos, sin;  // (positions, half)
  /// sliding: the angles of sliding layers. cosSin: null for the C library's.
  RopeTable(const ModelConfig&, int64_t positions, bool sliding = false, AngleFunction cosSin = nullptr);
  const float* cosRow(int64_t p) const { return cos.data() + p * half; }
  const float* sinRow(int64_t p) const { return sin.data() + p * half; }
};

/// True when sliding layers turn by other angles than the full ones.
inline bool hasSlidingRope(const ModelConfig& c) { return c.ropeDim > 0 && c.slidingWindow > 0 && c.slidingRopeTheta > 0; }

/// The tables of a model's layers.
struct RopeTables {
  RopeTable full, sliding;  // sliding has no rows where it would be the same
  bool apart = false;
  RopeTables(const ModelConfig& c, int64_t positions, AngleFunction cosSin = nullptr)
      : full(c, positions, false, cosSin), sliding(c, hasSlidingRope(c) ? positions : 0, true, cosSin), apart(hasSlidingRope(c)) {}
  const RopeTable& of(bool slidingLayer) const { return slidingLayer && apart ? sliding : full; }
  int64_t positions() const { return full.positions; }
};

/// Fills in how a layer's queries and keys are turned, scaled and masked. The tables must outlive the trace.
void describeRotation(LayerTrace&, const ModelConfig&, const RopeTables&, int layer);

}  // namespace presslab
