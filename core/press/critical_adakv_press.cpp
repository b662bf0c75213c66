// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "core/press/head_shares.h"
#include "core/press/inner_scorer.h"
#include "core/press/output_norms.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2502.03805";
constexpr ParamSpec kParams[]{innerParam(kPaper),
                              {"alpha_safeguard", "Safeguard", ParamType::Float, "share", 0, 1, "0.2",
                               "Share of the mean budget that every head keeps in any case", "arXiv 2407.11550", "", "", false},
                              {"epsilon", "Epsilon", ParamType::Float, "", 0, 1, "0.0001",
                               "Added to a score before it is multiplied by the value's reach", kPaper, "", "", false},
                              {"first_stage_ratio", "First stage", ParamType::Float, "share", 0, 1, "0.5",
                               "Share of a head's budget that the scores alone choose", kPaper, "", "", false}};

/// AdaKV's budgets; inside a head the scores choose a first part, the rest is chosen by score times what the value writes into the output.
class CriticalAdaKvPress final : public Press {
 public:
  CriticalAdaKvPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kCriticalAdaKvRow.info, args)),
        m_inner("critical_adakv", std::move(inner)),
        m_alpha(args.number("alpha_safeguard")),
        m_first(args.number("first_stage_ratio")),
        m_epsilon(float(args.number("epsilon"))) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override {
    TraceNeeds n = m_inner->needs();
    n.values = n.output = true;
    return n;
  }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  bool ragged() const override { return true; }
  double ratio() const override { return m_inner->ratio(); }
  int64_t predictKept(const RunContext& run) const override { return m_inner->predictKept(run); }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_inner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    const int heads = m_run.shape.kvHeads;
    const int64_t tokens = trace.tokens, mean = m_inner->budget(m_run, trace.layer);
    if (mean == tokens) return m_inner->keep(trace);
    std::vector<float> scores(size_t(heads) * size_t(tokens));
    m_inner->score(trace, m_run, scores.data());
    protectBest(scores.data(), heads, tokens, mean, m_alpha);
    const std::vector<std::vector<int32_t>> shares = bestOfLayer(scores.data(), heads, tokens, mean);
    const std::vector<float> norms = outputNorms(trace, m_run.shape, m_run.shape);
    constexpr float kTop = std::numeric_limits<float>::max();
    LayerKeep layer;
    for (int h = 0; h < heads; ++h) {
      float* row = scores.data() + h * tokens;
      const auto budget = int64_t(shares[size_t(h)].size());
      std::vector<int32_t> best(size_t(double(budget) * m_first));
      if (!best.empty()) kernels::selectTop(row, tokens, int64_t(best.size()), best.data());
      for (const int32_t b : best) row[b] = kTop;
      for (int64_t i = 0; i < tokens; ++i) {
        if (row[i] != kTop) row[i] = (row[i] + m_epsilon) * norms[size_t(h * tokens + i)];
      }
      std::vector<int32_t>& positions = layer.heads.emplace_back().positions;
      positions.resize(size_t(budget));
      if (budget > 0) kernels::selectTop(row, tokens, budget, positions.data());
    }
    return layer;
  }

 private:
  std::string m_spec;
  InnerScorer m_inner;
  double m_alpha, m_first;
  float m_epsilon;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<CriticalAdaKvPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kCriticalAdaKvRow{{"critical_adakv", "CriticalAdaKV", "AdaKV's budgets, filled as CriticalKV fills them", kPaper, kParams, true, true},
                                 make};

}  // namespace presslab
