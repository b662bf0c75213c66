// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam};

/// Keys of small norm stay: score -|k_i|.
class KnormPress final : public ScorerPress {
 public:
  explicit KnormPress(const PressArgs& args) : ScorerPress(kKnormRow.info, args) {}
  TraceNeeds needs() const override { return {.keys = true}; }

  DeviceNeeds deviceNeeds() const override { return {.able = true}; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override { keyNormScores(ScoreLayer(t, run.shape), out); }
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<KnormPress>(args); }

}  // namespace

const PressRow kKnormRow{{"knorm", "Key norm", "Tokens whose keys have a small norm stay", "arXiv 2406.11430", kParams, false, false}, make};

}  // namespace presslab
