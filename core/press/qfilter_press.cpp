// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/error.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2503.02812";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"filters", "Filters", ParamType::Text, "", 0, 0, "",
     "File or folder of published Q-Filters (safetensors, q_filters); empty: those that calibrate stats made of the model", kPaper, "", "", false}};

/// Keys that point along the main direction of the head's queries stay: -(f . k), with f that direction turned around.
class QFilterPress final : public ScorerPress {
 public:
  explicit QFilterPress(const PressArgs& args) : ScorerPress(kQFilterRow.info, args), m_path(args.text("filters")) {}
  TraceNeeds needs() const override { return {.keys = true}; }
  bool wantsCalibration() const override { return m_path.empty(); }

  std::vector<std::string> begin(const RunContext& run) override {
    if (!m_path.empty()) {
      m_filters = readPublishedFilters(m_path, run.shape).filters;
    } else if (run.pattern && !run.pattern->stats.filters.empty()) {
      m_filters = run.pattern->stats.filters;
    } else {
      badInput(
          "qfilter: this model has no Q-Filters yet; make them with \"presslab-cli calibrate stats -m MODEL\", or name published ones with "
          "filters=");
    }
    return ScorerPress::begin(run);
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    const int dim = run.shape.headDim;
    const size_t layer = m_filters.size() / size_t(m_run.shape.layers);
    for (int h = 0; h < run.shape.kvHeads; ++h) {
      const float* filter = m_filters.data() + size_t(t.layer) * layer + size_t(t.firstHead + h) * size_t(dim);
      const float* key = t.k + int64_t(h) * t.tokens * dim;
      for (int64_t i = 0; i < t.tokens; ++i, key += dim) {
        float dot = 0;
        for (int d = 0; d < dim; ++d) dot += filter[d] * key[d];
        out[h * t.tokens + i] = -dot;
      }
    }
  }

 private:
  std::string m_path;
  std::vector<float> m_filters;  // (L, kvHeads, headDim)
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<QFilterPress>(args); }

}  // namespace

const PressRow kQFilterRow{
    {"qfilter", "Q-Filters", "Keys that lie along the main direction of the head's queries stay", kPaper, kParams, false, false}, make};

}  // namespace presslab
