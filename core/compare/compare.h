// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stop_token>

#include "core/api/metrics.h"
#include "core/api/run_event.h"
#include "core/api/run_spec.h"
#include "core/engine/session.h"

namespace presslab {

/// Runs a comparison on a loaded model: every method alone on the same ids, then the untimed quality and attention passes.
/// Cancelled: what was finished is returned with cancelled = true. A method that fails carries its error; others go on.
Comparison runComparison(LoadedModel&, const CompareSpec&, const EventSink&, std::stop_token);

}  // namespace presslab
