// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>

#include "core/api/metrics.h"
#include "core/api/run_spec.h"

namespace presslab {

/// A finished comparison and what to ask the engine for, so that changes are replayed on the same prompt.
struct ReplayJob {
  std::shared_ptr<const Comparison> run;  // null: none yet
  CompareSpec spec;
};

}  // namespace presslab
