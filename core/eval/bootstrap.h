// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace presslab {

struct Interval {
  double lo = 0, hi = 0;
};

/// 95 % percentile interval of a statistic over `units` that are drawn with replacement. `statistic` gets the indices drawn; one that looks up two
/// methods at the same indices gives a paired interval. Seeded; fewer than two units: NaN.
Interval bootstrap(size_t units, uint64_t seed, const std::function<double(std::span<const size_t>)>& statistic);

}  // namespace presslab
