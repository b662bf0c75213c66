// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "core/methods/bind_args.h"
#include "core/methods/budgeted_press.h"
#include "core/methods/eplb_then_duo.h"
#include "core/press/composed_press.h"
#include "core/press/pressed_layers.h"

namespace presslab {
namespace {

bool isFamily(const BoundStep& step) { return step.row == &kDuoRow || step.row == &kEplbRow || step.row == &kEplbDuoRow; }

/// The guide's literal sequence is the one in which the family may stand.
void checkFamily(const std::vector<BoundStep>& steps) {
  for (const BoundStep& s : steps) {
    if (isFamily(s)) {
      specError(s.column,
                std::string(s.row->info.id) + " cannot stand in a sequence, except eplb(...)+duo(...); eplb_duo(...) shares out one budget");
    }
  }
}

PressPtr makeSteps(std::vector<BoundStep> steps) {
  if (steps.size() == 1) return makeStep(std::move(steps[0]));
  if (steps.size() == 2 && steps[0].row == &kEplbRow && steps[1].row == &kDuoRow) return makeEplbThenDuo(std::move(steps[0]), std::move(steps[1]));
  checkFamily(steps);
  std::vector<PressPtr> made;
  for (BoundStep& s : steps) {
    const int column = s.column;
    made.push_back(makeStep(std::move(s)));
    if (const std::string why = ComposedPress::whyNot(*made.back(), made.size() - 1); !why.empty()) specError(column, why);
  }
  return std::make_unique<ComposedPress>(std::move(made));
}

PressPtr makeNodes(const std::vector<SpecNode>& nodes) {
  std::vector<BoundStep> steps;
  for (const SpecNode& node : nodes) steps.push_back(bindStep(node));
  return std::make_unique<PressedLayers>(makeSteps(std::move(steps)));
}

/// The press of a text with a ratio in its budget's place.
PressPtr withRatioFor(const std::string& text, double ratio) {
  char number[40];
  std::vector<SpecNode> nodes = parseSpec(text);
  takeBudget(nodes, std::string(number, std::to_chars(number, number + sizeof number, ratio).ptr));
  return makeNodes(nodes);
}

}  // namespace

PressPtr makePress(std::string_view spec) {
  std::vector<SpecNode> nodes = parseSpec(spec);
  const BudgetForm budget = takeBudget(nodes, "0");
  if (budget.kind == BudgetForm::Kind::None) return makeNodes(nodes);
  return std::make_unique<BudgetedPress>(budget, [text = std::string(spec)](double ratio) { return withRatioFor(text, ratio); });
}

std::string canonicalPressSpec(std::string_view spec) { return makePress(spec)->spec(); }

}  // namespace presslab
