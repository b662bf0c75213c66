// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"
#include "core/compare/compare.h"

namespace presslab {

/// What a Lab keeps between comparisons on one model, and learns from each.
struct RunMemory {
  std::optional<PatternChoice> pattern;  // calibration of the model, once it was looked for
  bool mayCalibrate = false;             // ... with a light calibration allowed
  int exitCode = 0;                      // first failure of a method; 0: none
  bool failed = false;                   // the baseline failed, or every other method did
  std::string error;
};

Comparison runComparison(LoadedModel&, const CompareSpec&, RunMemory&, const EventSink&, std::stop_token);

}  // namespace presslab
