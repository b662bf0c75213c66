// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"
#include "core/press/torch_order.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam};

/// Keys of small norm stay: score -|k_i|. In layer 0 equal tokens have equal norms but for rounding, so many are equal to the last bit; of those
/// kvpress's tokens stay.
class KnormPress final : public ScorerPress {
 public:
  explicit KnormPress(const PressArgs& args) : ScorerPress(kKnormRow.info, args) {}
  TraceNeeds needs() const override { return {.keys = true}; }

  DeviceNeeds deviceNeeds() const override { return {.able = true}; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override { keyNormScores(ScoreLayer(t, run.shape), out); }
  LayerKeep keep(const LayerTrace& t) override {
    const int64_t kept = budget(m_run, t.layer);
    if (kept == t.tokens || t.device) return ScorerPress::keep(t);
    std::vector<float> scores(size_t(m_run.shape.kvHeads * t.tokens));
    score(t, m_run, scores.data());
    return keepTorchTop(scores, m_run.shape.kvHeads, kept);
  }
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<KnormPress>(args); }

}  // namespace

const PressRow kKnormRow{{"knorm", "Key norm", "Tokens whose keys have a small norm stay", "arXiv 2406.11430", kParams, false, false}, make};

}  // namespace presslab
