// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// One position: the full cache's next-token distribution against a method's.
struct PositionQuality {
  double kld = 0;       // KL(full || method) over the whole vocabulary, temperature 1, nats; exactly 0 for equal logits
  double nllDelta = 0;  // -ln p_method(target) + ln p_full(target), nats
  bool agree = false;   // the same most likely token (lowest id on ties)
};

/// full, method: logits (vocab). Sums in double. target: the token that follows.
PositionQuality compareLogits(std::span<const float> full, std::span<const float> method, int32_t target);

/// Mean, median, 99th percentile (linear between order statistics) and the arrays by position. Not measured when there are none.
QualityMetrics summarizeQuality(std::span<const PositionQuality>);

}  // namespace presslab
