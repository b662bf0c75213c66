// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam};

/// Tokens that the whole context attended to stay. The attention is computed again, row by row: its time is quadratic, its memory is not.
class ObservedAttentionPress final : public ScorerPress {
 public:
  explicit ObservedAttentionPress(const PressArgs& args) : ScorerPress(kObservedAttentionRow.info, args) {}
  TraceNeeds needs() const override { return {.keys = true, .queries = true}; }
  DeviceNeeds deviceNeeds() const override { return {.able = true, .queries = true}; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override { observedScores(ScoreLayer(t, run.shape), false, out); }
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<ObservedAttentionPress>(args); }

}  // namespace

const PressRow kObservedAttentionRow{{"observed_attention", "Observed attention", "Tokens that the whole context attended to on average stay",
                                      "arXiv 2306.14048", kParams, false, false},
                                     make};

}  // namespace presslab
