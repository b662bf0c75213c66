// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2507.08143";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"sketch_dimension", "Sketch width", ParamType::Int, "", 1, 1024, "48", "Columns of the random projection of the keys", kPaper, "", "", false}};

/// Keys that stand out statistically stay. The projection is drawn from the run's seed.
class LeveragePress final : public ScorerPress {
 public:
  explicit LeveragePress(const PressArgs& args) : ScorerPress(kLeverageRow.info, args), m_sketch(int(args.integer("sketch_dimension"))) {}
  TraceNeeds needs() const override { return {.keys = true}; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    leverageScores(ScoreLayer(t, run.shape), run.seed, m_sketch, out);
  }

 private:
  int m_sketch;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<LeveragePress>(args); }

}  // namespace

const PressRow kLeverageRow{
    {"leverage", "Leverage scores", "Tokens whose keys before rotation stand out from the context's stay", kPaper, kParams, false, false}, make};

}  // namespace presslab
