// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam};

/// Tokens that the last token attends to stay, the same for every head of a layer; in a later step of a sequence each head asks its own queries.
class TovaPress final : public ScorerPress {
 public:
  explicit TovaPress(const PressArgs& args) : ScorerPress(kTovaRow.info, args) {}
  TraceNeeds needs() const override { return {.keys = true, .queries = true}; }
  DeviceNeeds deviceNeeds() const override { return {.able = true, .window = m_run.tokens > 1 ? 1 : 0}; }
  int64_t queriesRead() const override { return 1; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override { tovaScores(ScoreLayer(t, run.shape), out); }
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<TovaPress>(args); }

}  // namespace

const PressRow kTovaRow{{"tova", "TOVA", "Tokens that the last token attends to stay, and the last one", "arXiv 2401.06104", kParams, false, false},
                        make};

}  // namespace presslab
