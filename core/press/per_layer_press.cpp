// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <numeric>

#include "core/press/inner_scorer.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{
    innerParam(""),
    {"compression_ratios", "Ratios of the layers", ParamType::Text, "share", 0, 0, "",
     "One ratio a layer, first layer first, joined by /: 0.1/0.2/0.2; one alone is every layer's; empty: the ratio of the press inside", "", "", "",
     false}};

/// A scorer with a ratio of its own in every layer.
class PerLayerPress final : public Press {
 public:
  PerLayerPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kPerLayerRow.info, args)), m_inner("per_layer", std::move(inner)), m_own(m_inner->ratio()) {
    const std::string& list = args.text("compression_ratios");
    const char *at = list.data(), *end = at + list.size();
    while (at < end) {
      double r = 0;
      const auto parsed = std::from_chars(at, end, r);
      if (parsed.ec != std::errc() || !(r >= 0) || !(r < 1) || (parsed.ptr < end && *parsed.ptr != '/')) {
        badInput("per_layer: compression_ratios=" + list + " is no list of ratios in [0,1) joined by /");
      }
      m_ratios.push_back(r);
      at = parsed.ptr < end ? parsed.ptr + 1 : end;
    }
  }

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  double ratio() const override {
    return m_ratios.empty() ? m_own : std::accumulate(m_ratios.begin(), m_ratios.end(), 0.0) / double(m_ratios.size());
  }

  int64_t predictKept(const RunContext& run) const override {
    checkCount(run);
    int64_t kept = 0;
    for (int l = 0; l < run.shape.layers; ++l) {
      m_inner->setRatio(ratioOf(l));
      kept += run.shape.kvHeads * m_inner->budget(run, l);
    }
    return kept;
  }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    (void)predictKept(run);  // refuses a wrong count and what keeps nothing
    m_inner->setRatio(ratioOf(0));
    return m_inner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    m_inner->setRatio(ratioOf(trace.layer));
    return m_inner->keep(trace);
  }

 private:
  double ratioOf(int layer) const { return m_ratios.empty() ? m_own : m_ratios[m_ratios.size() == 1 ? 0 : size_t(layer)]; }
  void checkCount(const RunContext& run) const {
    if (m_ratios.size() > 1 && m_ratios.size() != size_t(run.shape.layers)) {
      badInput("per_layer: " + std::to_string(m_ratios.size()) + " ratios, the model has " + std::to_string(run.shape.layers) + " layers");
    }
  }

  std::string m_spec;
  InnerScorer m_inner;
  double m_own;
  std::vector<double> m_ratios;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<PerLayerPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kPerLayerRow{{"per_layer", "Ratio by layer", "A scorer with a ratio of its own in every layer", "", kParams, false, true}, make};

}  // namespace presslab
