// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/error.h"
#include "core/press/device_layer.h"
#include "core/press/head_shares.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2407.11550";
constexpr ParamSpec kParams[]{
    {"press", "Press inside", ParamType::Press, "", 0, 0, "", "The scorer whose scores and ratio are used", kPaper, "", "", false},
    {"alpha_safeguard", "Safeguard", ParamType::Float, "share", 0, 1, "0.2", "Share of the mean budget that every head keeps in any case", kPaper, "",
     "", false}};

/// Heads of a layer compete: of all scores of the layer the highest stay, H times the mean budget, and of each head at least a share of it. What
/// goes is freed, head by head.
class AdaKvPress final : public Press {
 public:
  AdaKvPress(const PressArgs& args, std::vector<PressPtr> inner)
      : m_spec(specText(kAdaKvRow.info, args)), m_alpha(args.number("alpha_safeguard")), m_owner(std::move(inner[0])) {
    m_inner = dynamic_cast<const ScorerPress*>(m_owner.get());
    if (!m_inner) badInput("adakv needs a scorer inside; " + m_owner->spec() + " is none");
  }

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  DeviceNeeds deviceNeeds() const override { return m_inner->deviceNeeds(); }
  bool ragged() const override { return true; }
  double ratio() const override { return m_inner->ratio(); }
  int64_t predictKept(const RunContext& run) const override { return m_inner->predictKept(run); }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_owner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    const int heads = m_run.shape.kvHeads;
    const int64_t tokens = trace.tokens, mean = m_inner->budget(m_run, trace.layer);
    if (mean == tokens) return m_owner->keep(trace);
    LayerKeep layer;
    if (trace.device) {
      m_inner->score(trace, m_run, nullptr);
      for (std::vector<int32_t>& rows : trace.device->bestOfLayer(mean, protectedEach(mean, m_alpha)))
        layer.heads.emplace_back().positions = std::move(rows);
      return layer;
    }
    std::vector<float> scores(size_t(heads) * size_t(tokens));
    m_inner->score(trace, m_run, scores.data());
    protectBest(scores.data(), heads, tokens, mean, m_alpha);
    for (std::vector<int32_t>& rows : bestOfLayer(scores.data(), heads, tokens, mean)) layer.heads.emplace_back().positions = std::move(rows);
    return layer;
  }

 private:
  std::string m_spec;
  double m_alpha;
  PressPtr m_owner;
  const ScorerPress* m_inner = nullptr;  // m_owner
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<AdaKvPress>(args, std::move(inner)); }

}  // namespace

const PressRow kAdaKvRow{{"adakv", "AdaKV", "A scorer's budget is shared out over the heads of a layer by their scores", kPaper, kParams, true, true},
                         make};

}  // namespace presslab
