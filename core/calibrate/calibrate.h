// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/engine/session.h"
#include "core/routed/pattern.h"

namespace presslab {

struct CalibrateSpec {
  bool light = false;                // two documents, curves and stream_err only, equal gates
  std::vector<int> expertCounts{4};  // expert lists made: the first E policies for each; learned importance is the fifth unless light
  uint64_t seed = 0;
  std::string corpus;  // folder of .txt files beside the bundled ones; empty: bundled only
};
struct CalibrateReport {
  Pattern pattern;
  double seconds = 0;
  int documents = 0;
  int64_t tokens = 0;
  std::vector<std::string> lines;
};

/// routed-press.md section 2. Deterministic with a seed. progress(0..1, what). Throws Failure(Cancelled).
CalibrateReport calibrate(LoadedModel&, const CalibrateSpec&, const std::function<void(double, const std::string&)>& progress, std::stop_token);

/// Mean, covariance and main direction of the model's queries over the calibration texts (two of them when light). Throws Failure(Cancelled).
QueryStats measureQueries(LoadedModel&, const CalibrateSpec&, const std::function<void(double, const std::string&)>& progress, std::stop_token);

/// The pattern to use for a model: shipped or user file with the right fingerprint, the cache of light calibrations, or a light
/// calibration made now (predicted time told first). noCalibrate: null unless a file exists... never light. `kind`: "file", "light", "none".
struct PatternChoice {
  std::shared_ptr<const Pattern> pattern;
  std::string kind = "none";
  std::string path;
};
PatternChoice obtainPattern(LoadedModel&, bool noCalibrate, const std::function<void(double, const std::string&)>& progress, std::stop_token);

}  // namespace presslab
