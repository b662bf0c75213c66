// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/inner_scorer.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{innerParam("")};

/// The kept tokens move together: their keys are turned to the positions 0, 1, 2, ..., and new tokens continue behind them. Every head of every
/// layer keeps int(T * (1 - ratio)), also of a scorer that shares out otherwise.
class KeyRerotationPress final : public Press {
 public:
  KeyRerotationPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kKeyRerotationRow.info, args)), m_inner("key_rerotation", std::move(inner)) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  double ratio() const override { return m_inner->ratio(); }
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * keptTokens(run.tokens, ratio()); }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_inner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    const int64_t kept = keptTokens(trace.tokens, ratio());
    if (kept == trace.tokens) return m_inner->keep(trace);
    if (!trace.ropeCos) badInput("key_rerotation: this model has no rotary positions to turn keys to");
    std::vector<float> scores(size_t(m_run.shape.kvHeads * trace.tokens));
    m_inner->score(trace, m_run, scores.data());
    LayerKeep layer;
    layer.rerotated = true;
    for (int h = 0; h < m_run.shape.kvHeads; ++h) {
      std::vector<int32_t>& rows = layer.heads.emplace_back().positions;
      rows.resize(size_t(kept));
      kernels::selectTop(scores.data() + h * trace.tokens, trace.tokens, kept, rows.data());
    }
    return layer;
  }

 private:
  std::string m_spec;
  InnerScorer m_inner;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<KeyRerotationPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kKeyRerotationRow{
    {"key_rerotation", "Key rerotation", "What a scorer keeps moves together: keys are turned to positions without gaps", "", kParams, false, true},
    make};

}  // namespace presslab
