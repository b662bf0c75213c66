// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/press/press.h"
#include "core/press/press_params.h"
#include "core/press/scores.h"

namespace presslab {

// What expected attention asks for, whether the queries' statistics come from the context or from the model's calibration.
inline constexpr std::string_view kExpectedPaper = "arXiv 2510.00636";
inline constexpr ParamSpec kFutureParam{"n_future_positions",
                                        "Future positions",
                                        ParamType::Int,
                                        "tok",
                                        1,
                                        65536,
                                        "512",
                                        "Positions behind the context whose rotation is averaged",
                                        kExpectedPaper,
                                        "",
                                        "",
                                        false};
inline constexpr ParamSpec kCovarianceParam{"use_covariance",
                                            "Use covariance",
                                            ParamType::Bool,
                                            "",
                                            0,
                                            1,
                                            "true",
                                            "The spread of the queries takes part, not their mean alone",
                                            kExpectedPaper,
                                            "",
                                            "",
                                            false};
inline constexpr ParamSpec kValueNormParam{
    "use_vnorm", "Use value norm", ParamType::Bool, "", 0, 1, "true", "Scores are multiplied by the norm of the value", kExpectedPaper, "", "",
    false};
inline constexpr ParamSpec kEpsilonParam{"epsilon",
                                         "Epsilon",
                                         ParamType::Float,
                                         "",
                                         0,
                                         1,
                                         "0",
                                         "Added to a score before the value norm; without effect when use_vnorm=false",
                                         kExpectedPaper,
                                         "",
                                         "",
                                         false};

inline ExpectedAttention readExpected(const PressArgs& args) {
  ExpectedAttention how;
  how.future = args.integer("n_future_positions");
  how.sinks = args.integer("n_sink");
  how.covariance = args.flag("use_covariance");
  how.valueNorm = args.flag("use_vnorm");
  how.epsilon = float(args.number("epsilon"));
  return how;
}

/// A context that the first tokens cover has no statistics: the earliest stay, and the row says so.
inline void noteCovered(const ExpectedAttention& how, const RunContext& run, std::vector<std::string>& notes) {
  if (run.tokens > how.sinks) return;
  notes.push_back("n_sink=" + std::to_string(how.sinks) + " covers the context of " + std::to_string(run.tokens) + " tokens: the earliest stay");
}
inline void earliestFirst(int64_t heads, int64_t tokens, float* out) {
  for (int64_t i = 0; i < heads * tokens; ++i) out[i] = -float(i % tokens);
}

}  // namespace presslab
