// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "core/methods/bind_args.h"
#include "core/methods/budgeted_press.h"
#include "core/methods/eplb_then_duo.h"
#include "core/press/composed_press.h"
#include "core/press/decoding_press.h"
#include "core/press/kvq_press.h"
#include "core/press/press_rows.h"
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

bool isDecoding(const BoundStep& step) { return step.row == &kDecodingRow || step.row == &kRatioDecodingRow || step.row == &kCamRow; }

/// The press of the steps before a last one that works on what they keep; null when that is everything.
PressPtr makeBefore(std::vector<BoundStep> steps) {
  if (steps.empty() || (steps.size() == 1 && steps[0].row == &kNoneRow)) return nullptr;
  return makeSteps(std::move(steps));
}

/// A kvq stores what all steps before it keep, a decoding press goes on from there; either stands last, behind any press.
PressPtr makeWhole(std::vector<BoundStep> steps) {
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    if (steps[i].row == &kKvqRow) specError(steps[i].column, "kvq evicts nothing and stores what is kept: it stands last");
    if (isDecoding(steps[i])) specError(steps[i].column, std::string(steps[i].row->info.id) + " goes on after the prefill: it stands last");
  }
  BoundStep last = std::move(steps.back());
  steps.pop_back();
  if (last.row == &kKvqRow) {
    auto stored = std::make_unique<KvqPress>(last.args);
    stored->setInner(makeBefore(std::move(steps)));
    return stored;
  }
  if (isDecoding(last)) {
    PressPtr made = makeStep(std::move(last));
    static_cast<DecodingPress&>(*made).setInner(makeBefore(std::move(steps)));
    return made;
  }
  steps.push_back(std::move(last));
  return makeSteps(std::move(steps));
}

PressPtr makeNodes(const std::vector<SpecNode>& nodes) {
  std::vector<BoundStep> steps;
  for (const SpecNode& node : nodes) steps.push_back(bindStep(node));
  return std::make_unique<PressedLayers>(makeWhole(std::move(steps)));
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
