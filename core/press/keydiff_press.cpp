// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam};

/// Keys that differ from the mean direction of the head's keys stay.
class KeyDiffPress final : public ScorerPress {
 public:
  explicit KeyDiffPress(const PressArgs& args) : ScorerPress(kKeyDiffRow.info, args) {}
  TraceNeeds needs() const override { return {.keys = true}; }
  DeviceNeeds deviceNeeds() const override { return {.able = true}; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override { keyDiffScores(ScoreLayer(t, run.shape), out); }
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<KeyDiffPress>(args); }

}  // namespace

const PressRow kKeyDiffRow{{"keydiff", "KeyDiff", "Tokens whose keys differ from the mean direction stay", "arXiv 2504.15364", kParams, false, false},
                           make};

}  // namespace presslab
