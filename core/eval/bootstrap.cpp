// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/bootstrap.h"

#include <cmath>
#include <vector>

#include "core/compare/statistics.h"
#include "core/press/random.h"

namespace presslab {
namespace {

constexpr int kResamples = 1000;
constexpr double kTail = .025;

}  // namespace

Interval bootstrap(size_t units, uint64_t seed, const std::function<double(std::span<const size_t>)>& statistic) {
  if (units < 2) return {NAN, NAN};
  SeededRandom random(seed);
  std::vector<size_t> picks(units);
  std::vector<double> values;
  for (int r = 0; r < kResamples; ++r) {
    for (size_t& p : picks) p = size_t(random.below(units));
    values.push_back(statistic(picks));
  }
  return {quantile(values, kTail), quantile(values, 1 - kTail)};
}

}  // namespace presslab
