// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "core/api/advice.h"
#include "core/api/lab.h"

namespace presslab {

/// What the advisor knows beside the run.
struct AdviceFacts {
  ModelInfo model;  // the loaded one
  KvType kv = KvType::F16;
  int64_t weightBytes = 0;        // read for a decoded token, of the loaded model
  std::vector<ModelInfo> models;  // found ones
  std::vector<std::string> devices;
  /// Budget of a spec at a length on the loaded model.
  std::function<Prediction(const std::string& method, int64_t tokens)> predict;
};

/// A law of milliseconds over bytes read for a token, from the lanes of a timed run.
struct MsLaw {
  TimeLaw kind = TimeLaw::None;
  int lanes = 0;
  double baseMs = 0, msPerByte = 0;
  double at(int64_t bytes) const { return baseMs + msPerByte * double(bytes); }
};
/// Least squares through at least two lanes whose bytes differ by a per cent or more, when the line rises from no less than 0 ms; else the share of
/// the bandwidth of `method` (any lane when it was not timed).
MsLaw msLawOf(const Comparison&, const std::string& method);

/// Changes for every complaint with what they would do, then the guide's tips with their verdict. Pure arithmetic; never throws.
AdviceList advise(const AdviceRequest&, const AdviceFacts&);

}  // namespace presslab
