// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/press/press.h"
#include "core/press/spec_tree.h"

namespace presslab {

/// A step of a spec checked against its table row: names, types, ranges. Presses inside are made.
struct BoundStep {
  const PressRow* row = nullptr;
  PressArgs args;  // values in their canonical form
  std::vector<PressPtr> inner;
  int column = 0;
};

/// Throws Failure(BadInput) naming column, key, value and limit.
BoundStep bindStep(const SpecNode&);
/// The press of a bound step; a refusal of the press itself gets the step's column.
PressPtr makeStep(BoundStep);

}  // namespace presslab
