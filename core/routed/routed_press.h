// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/press/press.h"
#include "core/routed/budget.h"
#include "core/routed/head_order.h"
#include "core/routed/pattern.h"
#include "core/routed/router.h"
#include "core/routers/expert_router.h"

namespace presslab {

/// Rows of the press table that this folder defines.
extern const PressRow kDuoRow, kEplbRow, kEplbDuoRow;

/// What the three presses of the family share: pattern, window, budget, streaming heads.
class FamilyPress : public Press {
 public:
  std::string spec() const override { return m_spec; }
  bool ragged() const override { return true; }
  double ratio() const override { return m_ratio; }

 protected:
  FamilyPress(std::string_view id, const PressArgs&);
  /// The pattern to use: the run's, the file of `calibration=`, or none.
  void choosePattern(const RunContext&, std::vector<std::string>& notes);
  BudgetRequest request(const RunContext&) const;
  HeadKeep streamingHead(int64_t tokens, int64_t sink, int64_t recent) const;
  /// Throws Failure(Failed) when the layers did not add up to the budget. Called with each head kept; checks after the last layer.
  void account(const LayerKeep&, int layer);

  std::string m_spec, m_calibration;
  double m_ratio = 0.5, m_split = 1;
  int64_t m_sink = 16, m_recent = 112;
  bool m_windowGiven = false, m_windowAuto = false, m_wholeHeads = false;
  uint64_t m_seed = 0;
  HeadOrder m_order;
  RunContext m_run;
  const Pattern* m_pattern = nullptr;  // null: none
  std::optional<Pattern> m_own;        // read from calibration=FILE
  Budget m_budget;
  std::vector<int> m_streamIndex;  // head id -> place among the streaming heads, -1: active
  int64_t m_kept = 0;
  bool m_exact = true;  // the counts are a budget, not an outcome
};

/// `duo`: whole streaming heads, the others keep everything.
class DuoPress : public FamilyPress {
 public:
  explicit DuoPress(const PressArgs&);
  bool wantsCalibration() const override;
  double ratio() const override;
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;

 protected:
  Budget budgetFor(const RunContext&) const;

 private:
  double m_headRatio = -1;  // < 0: byte budget
};

/// `eplb` and `eplb_duo`: tokens routed to eviction policies, budgets by head.
class RoutedPress final : public FamilyPress {
 public:
  RoutedPress(std::string_view id, const PressArgs&);
  TraceNeeds needs() const override;
  DeviceNeeds deviceNeeds() const override;
  bool wantsCalibration() const override { return m_calibration.empty(); }
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;

  const std::vector<std::string>& experts() const { return m_experts; }
  const std::vector<int64_t>& quotas() const { return m_quotas; }  // by head id; streaming heads 0

 private:
  void chooseExperts(std::vector<std::string>& notes);
  void makeQuotas(std::vector<std::string>& notes);
  Routing route(const LayerTrace&);
  Routing routeByGates(const LayerTrace&) const;
  /// Positions of each head of the layer by the mixed ranks, pinned; streaming heads have none.
  std::vector<std::vector<int32_t>> bestByRanks(const LayerTrace&, const Routing&) const;
  RouterStep routeByExpertRouter(const LayerTrace&);
  void readRouter(const PressArgs&);
  void makeExpertRouter(std::vector<std::string>& notes);
  /// Mean over tokens of the probabilities, and each token's mean over experts.
  static std::vector<double> meanProbs(const std::vector<float>& probs, int experts, std::vector<float>& tokenMean);
  std::vector<float> layerLogits(const LayerTrace&) const;
  void keepByToken(const LayerTrace&, const Routing&, LayerKeep&) const;
  void tellKept(const Routing&, const LayerKeep&);
  void keepByLayer(const LayerTrace&, const Routing&, LayerKeep&) const;

  RouterSpec m_router;
  double m_shared = 0.5;
  bool m_curveQuotas = true, m_layerDispatch = false, m_trainedGates = false;
  std::string m_expertText;
  std::vector<std::string> m_experts;
  const ExpertSet* m_set = nullptr;
  std::vector<int64_t> m_quotas;
  RouterConfig m_routerConfig;                   // of the other routers; type "eplb": the calibrated token router above
  std::string m_routerFile;                      // its parameters; empty: seeded
  std::unique_ptr<ExpertRouter> m_expertRouter;  // one for all layers, which are its successive calls
  ExpertSet m_seeded;                            // untrained gates for layer dispatch and the upstream formula
};

}  // namespace presslab
