// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/run_spec.h"

namespace presslab {

enum class Complaint { Memory, Speed, Quality };  // out of memory or over the positions; slow; quality down
enum class AdviceKind { Ratio, Split, Experts, Context, Press, Model, Device, Attention };
enum class AdviceVerdict { Helps, Hurts, NoEffect, AlreadySo, NotHere, Measure };  // Measure: only a replay can say
/// Where milliseconds come from.
enum class TimeLaw {
  None,      ///< nothing was timed (a race, a failed run, another device)
  Line,      ///< a straight line through the lanes of this run: ms over bytes read for a token
  Bandwidth  ///< the lane's own share of the bandwidth: ms grow like weights + kept bytes
};

/// What a change would do to one method of a run, computed for that run.
struct Advice {
  Complaint complaint = Complaint::Memory;
  AdviceKind kind = AdviceKind::Ratio;
  bool guide = false;                                     // a tip of the comparison guide, as it stands there
  double value = 0;                                       // ratio, split, experts or context tokens
  std::string method;                                     // press spec with the change
  std::string model, modelName, device;                   // Model: file and name; Device: its name
  int64_t kvBytes = 0, kvBytesPeak = 0, weightBytes = 0;  // with the change, by the arithmetic of the budget
  double ms = std::numeric_limits<double>::quiet_NaN();   // a decoded token; NaN: not known
  TimeLaw law = TimeLaw::None;
  QualityMetrics quality;   // measured in this run or by replay; otherwise measured == false
  bool canMeasure = false;  // a replay can measure it on the loaded model
  AdviceVerdict verdict = AdviceVerdict::Helps;
  std::string error;  // why the change is refused here, empty when it runs
};

struct AdviceRequest {
  std::shared_ptr<const Comparison> run;  // null: nothing was measured
  CompareSpec spec;                       // the controls
  std::string method;                     // spec of the lane that is complained about
  std::string failure;                    // what a failed run said
};

struct AdviceList {
  std::string error;                       // no advice: why
  Advice now;                              // the method as it is
  Complaint suggested = Complaint::Speed;  // what the run itself complains about
  TimeLaw law = TimeLaw::None;
  int lanes = 0;                                // of the line
  double baseMs = 0, msPerMb = 0;               // of the line: ms = baseMs + msPerMb * MB read
  int64_t contextTokens = 0, contextLimit = 0;  // of the run, and what the model's positions leave
  std::vector<Advice> advice;                   // guide's tips last
};

}  // namespace presslab
