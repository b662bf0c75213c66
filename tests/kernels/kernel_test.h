// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/kernels.h"

namespace presslab::kernels {

/// Normal numbers, the same on every machine for a seed.
inline std::vector<float> randomFloats(size_t n, uint32_t seed, float width = 1.f) {
  std::mt19937 engine(seed);
  std::vector<float> out(n);
  for (float& v : out) {
    const double a = (engine() + 1.0) / 4294967297.0, b = engine() / 4294967296.0;
    v = width * float(std::sqrt(-2 * std::log(a)) * std::cos(6.283185307179586 * b));
  }
  return out;
}

/// All instruction sets that this machine has, the lowest first.
inline std::vector<Isa> isasHere() {
  setIsa(Isa::Amx);
  std::vector<Isa> out;
  for (int i = 0; i <= int(bestIsa()); ++i) out.push_back(Isa(i));
  return out;
}

/// Forces an instruction set while it lives.
struct UseIsa {
  explicit UseIsa(Isa isa) { setIsa(isa); }
  ~UseIsa() { setIsa(Isa::Amx); }
};

/// Largest |a - b| over the root mean square of b; infinite when a value is not finite.
inline double worstError(const std::vector<float>& a, const std::vector<double>& b) {
  double worst = 0, squares = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    if (!std::isfinite(a[i])) return INFINITY;
    worst = std::max(worst, std::fabs(a[i] - b[i]));
    squares += b[i] * b[i];
  }
  return worst / std::max(1e-30, std::sqrt(squares / double(std::max<size_t>(1, b.size()))));
}

}  // namespace presslab::kernels
