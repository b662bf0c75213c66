// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/api/metrics.h"
#include "core/compare/method_run.h"

namespace presslab {

/// Who, what and where of a run that begins now; measures bandwidth (some tens of milliseconds).
Stamp makeStamp(LoadedModel&, const CompareSpec&, const PromptIds&);
/// "20260131-235959-1a2b3c4d": UTC time and a digest of the stamp and the clock, so that two runs of one second differ.
std::string makeRunId(const Stamp&);

}  // namespace presslab
