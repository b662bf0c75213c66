// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/press/press.h"
#include "core/press/spec_tree.h"

namespace presslab {

/// A budget that is not a ratio: so many tokens a head, on average over the whole cache, or so many megabytes (10^6 bytes) of KV cache.
struct BudgetForm {
  enum class Kind { None, Tokens, Megabytes } kind = Kind::None;
  double amount = 0;
  std::string text;  // as the spec says it: tokens=512
};

/// Finds the one argument tokens= or mb= of a spec, at any depth, and puts ratio=`ratio` in its place. Kind::None: there is none. Throws
/// Failure(BadInput) with the column: two budgets, a ratio beside one, no positive number.
BudgetForm takeBudget(std::vector<SpecNode>&, const std::string& ratio);

/// A press whose ratio is found once the run is known: the smallest under which the whole spec holds at most the budget.
class BudgetedPress final : public Press {
 public:
  /// withRatio makes the press with a ratio in the budget's place.
  BudgetedPress(BudgetForm, std::function<PressPtr(double ratio)> withRatio);

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_press->needs(); }
  bool wantsCalibration() const override { return m_press->wantsCalibration(); }
  bool ragged() const override { return m_press->ragged(); }
  DeviceNeeds deviceNeeds() const override { return m_press->deviceNeeds(); }
  bool rereads() const override { return m_press->rereads(); }
  TraceNeeds rereadNeeds() const override { return m_press->rereadNeeds(); }
  /// The ratio that was found; 0 before begin().
  double ratio() const override { return m_begun ? m_press->ratio() : 0; }
  int64_t predictKept(const RunContext&) const override;
  int64_t predictBytes(const RunContext&, int64_t rowBytes) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace& trace) override { return m_press->keep(trace); }
  std::vector<LayerKeep> plan(const Reread& again) override { return m_press->plan(again); }

 private:
  PressPtr solve(const RunContext&) const;

  BudgetForm m_budget;
  std::function<PressPtr(double)> m_withRatio;
  PressPtr m_press;
  std::string m_spec;
  bool m_begun = false;
};

/// The parameters that every press with a ratio has beside it.
extern const ParamSpec kTokensParam, kMegabytesParam;

}  // namespace presslab
