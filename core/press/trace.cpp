// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/trace.h"

#include <algorithm>

namespace presslab {

Rotation rotationAt(const LayerTrace& t, int64_t position, int pair) {
  const int half = t.ropeDim / 2;
  const int64_t distance = position < 0 ? -position : position, last = t.ropePositions - 1;
  int64_t rest = distance - std::min(distance, last);
  const int64_t at = (distance - rest) * half + pair;
  Rotation turn{t.ropeCos[at], t.ropeSin[at]};
  while (rest > 0 && last > 0) {  // behind the tables: one rotation after another
    const int64_t step = std::min(rest, last);
    const float c = t.ropeCos[step * half + pair], s = t.ropeSin[step * half + pair];
    turn = {(turn.cos * c - turn.sin * s) / t.ropeScale, (turn.sin * c + turn.cos * s) / t.ropeScale};
    rest -= step;
  }
  if (position < 0) turn.sin = -turn.sin;
  return turn;
}

void rotate(float* row, const LayerTrace& t, int64_t position) {
  if (!t.ropeCos) return;
  const int half = t.ropeDim / 2;
  if (position >= 0 && position < t.ropePositions) {
    const float *c = t.ropeCos + position * half, *s = t.ropeSin + position * half;
    for (int d = 0; d < half; ++d) {
      const float a = row[d], b = row[d + half];
      row[d] = a * c[d] - b * s[d];
      row[d + half] = b * c[d] + a * s[d];
    }
    return;
  }
  for (int d = 0; d < half; ++d) {
    const Rotation r = rotationAt(t, position, d);
    const float a = row[d], b = row[d + half];
    row[d] = a * r.cos - b * r.sin;
    row[d + half] = b * r.cos + a * r.sin;
  }
}

std::vector<float> keysBeforeRotation(const LayerTrace& t, const HeadShape& shape, int kvHead) {
  const int dim = shape.headDim, half = t.ropeDim / 2;
  const float* from = t.k + int64_t(kvHead) * t.tokens * dim;
  std::vector<float> rows(from, from + t.tokens * dim);
  const float shrink = 1.f / (t.ropeScale * t.ropeScale);  // turning back by the scaled angles scales twice
  for (int64_t i = 0; t.ropeCos && i < t.tokens; ++i) {
    const int64_t position = t.positionOf(kvHead, i);
    float* row = rows.data() + i * dim;
    if (t.ropeScale != 1.f) {
      for (int d = 0; d < t.ropeDim; ++d) row[d] *= shrink;
    }
    if (position >= t.ropePositions) {
      rotate(row, t, -position);
      continue;
    }
    const float *c = t.ropeCos + position * half, *s = t.ropeSin + position * half;
    for (int d = 0; d < half; ++d) {
      const float a = row[d], b = row[d + half];
      row[d] = a * c[d] + b * s[d];
      row[d + half] = b * c[d] - a * s[d];
    }
  }
  return rows;
}

}  // namespace presslab
