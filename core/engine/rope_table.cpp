// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/rope_table.h"

#include <cmath>

namespace presslab {

RopeTable::RopeTable(const ModelConfig& c, int64_t rows) : positions(rows), half(c.ropeDim / 2) {
  std::vector<float> frequency(static_cast<size_t>(half));
  for (int i = 0; i < half; ++i) {
    frequency[size_t(i)] = 1.0f / std::pow(c.ropeTheta, float(2 * i) / float(c.ropeDim));
    if (size_t(i) < c.ropeFreqFactors.size()) frequency[size_t(i)] /= c.ropeFreqFactors[size_t(i)];
  }
  cos.resize(size_t(rows) * size_t(half));
  sin.resize(cos.size());
  for (int64_t p = 0; p < rows; ++p)
    for (int i = 0; i < half; ++i) {
      const float angle = float(p) * frequency[size_t(i)];
      cos[size_t(p * half + i)] = std::cos(angle);
      sin[size_t(p * half + i)] = std::sin(angle);
    }
}

}  // namespace presslab
