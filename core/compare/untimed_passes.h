// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stop_token>
#include <vector>

#include "core/api/run_event.h"
#include "core/api/run_spec.h"
#include "core/compare/repeated_method.h"

namespace presslab {

struct UntimedJob {
  LoadedModel& model;
  const CompareSpec& spec;
  const PromptIds& prompt;
  RunContext context;
  const std::vector<RepeatedMethod>& methods;
  const EventSink& sink;
  std::stop_token stop;
};

/// Quality and attention, on copies of one full cache cut to what every method held: neither times nor peaks of a method can feel it. rows: one
/// for each method of the job that began, filled in. What prevents a pass is told as a note; throws Failure(Cancelled) alone. Engine thread.
void untimedPasses(const UntimedJob& job, std::vector<MethodMetrics>& rows);

}  // namespace presslab
