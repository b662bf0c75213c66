// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/compare/method_run.h"
#include "core/compare/packed_positions.h"

namespace presslab {

/// One method with its repeats. What it keeps is the same in all of them and is held packed, in few blocks, until the timed runs are over:
/// what earlier methods leave in memory must not show in the resident memory of later ones.
struct RepeatedMethod {
  std::string spec;
  std::vector<MethodMetrics> repeats;  // heads without positions
  std::vector<LayerKeep> layers;       // without positions
  PackedPositions kept;                // of each head
  bool started = false;

  void add(MethodRun&& run);
  MethodMetrics withPositions(const MethodMetrics&) const;
  std::vector<LayerKeep> plan() const;  // what the layers keep, positions included
};

}  // namespace presslab
