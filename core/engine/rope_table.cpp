// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/rope_table.h"

#include <cmath>

namespace presslab {

namespace {

void plainCosSin(const float* angles, int64_t n, float* cos, float* sin) {
  for (int64_t i = 0; i < n; ++i) {
    cos[i] = std::cos(angles[i]);
    sin[i] = std::sin(angles[i]);
  }
}

}  // namespace

RopeTable::RopeTable(const ModelConfig& c, int64_t rows, bool sliding, AngleFunction cosSin) : positions(rows), half(c.ropeDim / 2) {
  const bool local = sliding && hasSlidingRope(c);
  const float theta = local ? c.slidingRopeTheta : c.ropeTheta;
  std::vector<float> frequency(static_cast<size_t>(half));
  for (int i = 0; i < half; ++i) {
    frequency[size_t(i)] = 1.0f / std::pow(theta, float(2 * i) / float(c.ropeDim));
    if (!local && size_t(i) < c.ropeFreqFactors.size()) frequency[size_t(i)] /= c.ropeFreqFactors[size_t(i)];
  }
  std::vector<float> angles(size_t(rows) * size_t(half));
  for (int64_t p = 0; p < rows; ++p)
    for (int i = 0; i < half; ++i) angles[size_t(p * half + i)] = float(p) * frequency[size_t(i)];
  cos.resize(angles.size());
  sin.resize(angles.size());
  (cosSin ? cosSin : plainCosSin)(angles.data(), int64_t(angles.size()), cos.data(), sin.data());
  for (float& x : cos) x *= c.ropeScale;
  for (float& x : sin) x *= c.ropeScale;
}

void describeRotation(LayerTrace& t, const ModelConfig& c, const RopeTables& tables, int layer) {
  t.scale = c.attentionScale;
  t.window = c.isSliding(layer) ? c.slidingWindow : 0;
  if (c.ropeDim == 0) return;
  const RopeTable& rope = tables.of(c.isSliding(layer));
  t.ropeCos = rope.cos.data();
  t.ropeSin = rope.sin.data();
  t.ropeDim = c.ropeDim;
  t.ropeScale = c.ropeScale;
  t.ropePositions = rope.positions;
}

}  // namespace presslab
