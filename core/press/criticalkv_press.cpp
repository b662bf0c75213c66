// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "core/press/inner_scorer.h"
#include "core/press/output_norms.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2502.03805";
constexpr ParamSpec kParams[]{innerParam(kPaper),
                              {"epsilon", "Epsilon", ParamType::Float, "", 0, 1, "0.0001",
                               "Added to a score before it is multiplied by the value's reach", kPaper, "", "", false},
                              {"first_stage_ratio", "First stage", ParamType::Float, "share", 0, 1, "0.5",
                               "Share of the budget that the scores alone choose", kPaper, "", "", false}};

/// A scorer whose first choices stay; the others compete by score times what their value can write into the residual stream.
class CriticalKvPress final : public ScorerPress {
 public:
  CriticalKvPress(const PressArgs& args, PressPtr inner) : CriticalKvPress(args, InnerScorer("criticalkv", std::move(inner))) {}

  TraceNeeds needs() const override {
    TraceNeeds n = m_inner->needs();
    n.values = n.output = true;
    return n;
  }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_inner->begin(run);
  }
  int64_t budget(const RunContext& run, int layer) const override { return m_inner->budget(run, layer); }
  void setRatio(double ratio) override {
    m_ratio = ratio;
    m_inner->setRatio(ratio);
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    m_inner->score(t, run, out);
    const int64_t first = std::min(t.tokens, std::max<int64_t>(m_first > 0 ? 1 : 0, int64_t((1 - m_ratio) * double(t.tokens) * m_first)));
    const std::vector<float> norms = outputNorms(t, run.shape, m_run.shape);
    std::vector<int32_t> best(static_cast<size_t>(first));
    for (int h = 0; h < run.shape.kvHeads; ++h) {
      float* row = out + h * t.tokens;
      if (first > 0) kernels::selectTop(row, t.tokens, first, best.data());
      for (int64_t i = 0; i < t.tokens; ++i) row[i] = (row[i] + m_epsilon) * norms[size_t(h * t.tokens + i)];
      for (const int32_t b : best) row[b] = std::numeric_limits<float>::max();
    }
  }

 private:
  CriticalKvPress(const PressArgs& args, InnerScorer inner)
      : ScorerPress(inner->ratio(), specText(kCriticalKvRow.info, args)),
        m_inner(std::move(inner)),
        m_epsilon(float(args.number("epsilon"))),
        m_first(args.number("first_stage_ratio")) {}

  InnerScorer m_inner;
  float m_epsilon;
  double m_first;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<CriticalKvPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kCriticalKvRow{
    {"criticalkv", "CriticalKV", "A scorer's second half of choices weighs what each value writes into the output", kPaper, kParams, false, true},
    make};

}  // namespace presslab
