// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/error.h"
#include "core/press/expected_params.h"
#include "core/press/press_rows.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{
    kRatioParam,
    kFutureParam,
    kSinkParam,
    kCovarianceParam,
    kValueNormParam,
    kEpsilonParam,
    {"stats_folder", "Statistics", ParamType::Text, "", 0, 0, "",
     "File or folder of published statistics (safetensors, query_mean and query_cov); empty: those that calibrate stats made of the model",
     kExpectedPaper, "", "", false}};

/// Expected attention with the model's query statistics, measured once over texts, instead of the context's own.
class ExpectedAttentionStatsPress final : public ScorerPress {
 public:
  explicit ExpectedAttentionStatsPress(const PressArgs& args)
      : ScorerPress(kExpectedAttentionStatsRow.info, args), m_path(args.text("stats_folder")), m_how(readExpected(args)) {}
  TraceNeeds needs() const override { return {.keys = true, .values = m_how.valueNorm}; }
  DeviceNeeds deviceNeeds() const override { return {.able = m_run.tokens > m_how.sinks}; }
  bool wantsCalibration() const override { return m_path.empty(); }

  std::vector<std::string> begin(const RunContext& run) override {
    if (!m_path.empty()) {
      m_stats = readPublishedStats(m_path, run.shape);
    } else if (run.pattern && !run.pattern->stats.mean.empty()) {
      m_stats.mean = run.pattern->stats.mean;
      m_stats.cov = run.pattern->stats.cov;
    } else {
      badInput(
          "expected_attention_stats: this model has no query statistics yet; make them with \"presslab-cli calibrate stats -m MODEL\", or name "
          "published ones with stats_folder=");
    }
    std::vector<std::string> notes = ScorerPress::begin(run);
    noteCovered(m_how, run, notes);
    return notes;
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    if (t.tokens <= m_how.sinks) return earliestFirst(run.shape.kvHeads, t.tokens, out);
    const size_t dim = size_t(run.shape.headDim), heads = m_stats.mean.size() / size_t(m_run.shape.layers) / dim;
    const size_t first = size_t(t.layer) * heads + size_t(t.firstHead * run.shape.group);
    ExpectedAttention how = m_how;
    how.mean = m_stats.mean.data() + first * dim;
    how.cov = m_stats.cov.data() + first * dim * dim;
    expectedScores(ScoreLayer(t, run.shape), how, out);
  }

 private:
  std::string m_path;
  ExpectedAttention m_how;
  QueryStats m_stats;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<ExpectedAttentionStatsPress>(args); }

}  // namespace

const PressRow kExpectedAttentionStatsRow{
    {"expected_attention_stats", "Expected attention (statistics)",
     "Expected attention with the model's own query statistics instead of the context's", kExpectedPaper, kParams, false, false},
    make};

}  // namespace presslab
