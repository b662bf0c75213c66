// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/expected_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam, kFutureParam, kSinkParam, kCovarianceParam, kValueNormParam, kEpsilonParam};

/// Attention that future queries are expected to pay, from the statistics of the past ones.
class ExpectedAttentionPress final : public ScorerPress {
 public:
  explicit ExpectedAttentionPress(const PressArgs& args) : ScorerPress(kExpectedAttentionRow.info, args), m_how(readExpected(args)) {}
  TraceNeeds needs() const override { return {.keys = true, .values = m_how.valueNorm, .queries = true}; }
  DeviceNeeds deviceNeeds() const override { return {.able = m_run.tokens > m_how.sinks, .queries = true}; }

  std::vector<std::string> begin(const RunContext& run) override {
    std::vector<std::string> notes = ScorerPress::begin(run);
    noteCovered(m_how, run, notes);
    return notes;
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    if (t.tokens > m_how.sinks) return expectedScores(ScoreLayer(t, run.shape), m_how, out);
    earliestFirst(run.shape.kvHeads, t.tokens, out);
  }

 private:
  ExpectedAttention m_how;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<ExpectedAttentionPress>(args); }

}  // namespace

const PressRow kExpectedAttentionRow{
    {"expected_attention", "Expected attention", "Tokens that future queries are expected to attend to stay", kExpectedPaper, kParams, false, false},
    make};

}  // namespace presslab
