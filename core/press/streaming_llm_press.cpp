// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/press_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam, kSinkParam};

/// The first n_sink and the latest tokens stay. A budget of n_sink or less keeps the earliest.
class StreamingLlmPress final : public ScorerPress {
 public:
  explicit StreamingLlmPress(const PressArgs& args) : ScorerPress(kStreamingLlmRow.info, args), m_sinks(args.integer("n_sink")) {}

  std::vector<std::string> begin(const RunContext& run) override {
    std::vector<std::string> notes = ScorerPress::begin(run);
    const int64_t kept = budget(run, 0);
    if (kept < run.tokens && kept <= m_sinks) {
      notes.push_back("n_sink=" + std::to_string(m_sinks) + " takes the whole budget of " + std::to_string(kept) + " tokens: no recent ones stay");
    }
    return notes;
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    const int64_t kept = std::max<int64_t>(1, int64_t(double(run.tokens) * (1 - m_ratio))), first = std::min(m_sinks, kept),
                  last = t.tokens - (kept - first);
    for (int h = 0; h < run.shape.kvHeads; ++h) {
      for (int64_t i = 0; i < t.tokens; ++i) out[h * t.tokens + i] = i < first || i >= last ? 1.f : 0.f;
    }
  }

 private:
  int64_t m_sinks;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<StreamingLlmPress>(args); }

}  // namespace

const PressRow kStreamingLlmRow{
    {"streaming_llm", "StreamingLLM", "The first tokens and the latest ones stay", "arXiv 2309.17453", kParams, false, false}, make};

}  // namespace presslab
