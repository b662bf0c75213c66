// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stop_token>

#include "core/api/eval.h"
#include "core/compare/comparison_run.h"
#include "core/eval/grid_folder.h"

namespace presslab {

/// Runs what of the grid is missing on a loaded model. `result.samples` and `heads` keep what was finished when it throws (Failure, Cancelled
/// included).
void runGrid(LoadedModel&, RunMemory&, const EvalSpec&, const EvalSink&, std::stop_token, EvalResult& result, std::vector<HeadSample>& heads);

}  // namespace presslab
