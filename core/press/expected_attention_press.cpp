// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2510.00636";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"n_future_positions", "Future positions", ParamType::Int, "tok", 1, 65536, "512", "Positions behind the context whose rotation is averaged",
     kPaper, "", "", false},
    kSinkParam,
    {"use_covariance", "Use covariance", ParamType::Bool, "", 0, 1, "true", "The spread of the queries takes part, not their mean alone", kPaper, "",
     "", false},
    {"use_vnorm", "Use value norm", ParamType::Bool, "", 0, 1, "true", "Scores are multiplied by the norm of the value", kPaper, "", "", false},
    {"epsilon", "Epsilon", ParamType::Float, "", 0, 1, "0", "Added to a score before the value norm; without effect when use_vnorm=false", kPaper, "",
     "", false}};

/// Attention that future queries are expected to pay, from the statistics of the past ones.
class ExpectedAttentionPress final : public ScorerPress {
 public:
  explicit ExpectedAttentionPress(const PressArgs& args) : ScorerPress(kExpectedAttentionRow.info, args) {
    m_how.future = args.integer("n_future_positions");
    m_how.sinks = args.integer("n_sink");
    m_how.covariance = args.flag("use_covariance");
    m_how.valueNorm = args.flag("use_vnorm");
    m_how.epsilon = float(args.number("epsilon"));
  }
  TraceNeeds needs() const override { return {.keys = true, .values = m_how.valueNorm, .queries = true}; }

  std::vector<std::string> begin(const RunContext& run) override {
    std::vector<std::string> notes = ScorerPress::begin(run);
    if (run.tokens <= m_how.sinks) {
      notes.push_back("n_sink=" + std::to_string(m_how.sinks) + " covers the context of " + std::to_string(run.tokens) +
                      " tokens: the earliest stay");
    }
    return notes;
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    if (t.tokens > m_how.sinks) return expectedScores(ScoreLayer(t, run.shape), m_how, out);
    for (int64_t i = 0; i < run.shape.kvHeads * t.tokens; ++i) out[i] = -float(i % t.tokens);
  }

 private:
  ExpectedAttention m_how;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<ExpectedAttentionPress>(args); }

}  // namespace

const PressRow kExpectedAttentionRow{
    {"expected_attention", "Expected attention", "Tokens that future queries are expected to attend to stay", kPaper, kParams, false, false}, make};

}  // namespace presslab
