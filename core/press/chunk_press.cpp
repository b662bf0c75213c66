// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/inner_scorer.h"
#include "core/press/kept_rows.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "FINCH, TACL 00716";
constexpr ParamSpec kParams[]{innerParam(kPaper),
                              {"chunk_length", "Chunk length", ParamType::Int, "tok", 1, 1048576, "1024",
                               "Tokens that are scored together, as if nothing else were there", kPaper, "", "", false}};

/// The context is cut into chunks; a scorer sees each alone and keeps max(1, int(n * (1 - ratio))) of its n tokens.
class ChunkPress final : public Press {
 public:
  ChunkPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kChunkRow.info, args)), m_length(args.integer("chunk_length")), m_inner("chunk", std::move(inner)) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  double ratio() const override { return m_inner->ratio(); }

  int64_t predictKept(const RunContext& run) const override {
    if (ratio() == 0) return m_inner->predictKept(run);
    int64_t kept = 0;
    for (int64_t from = 0; from < run.tokens; from += m_length) kept += partBudget(std::min(m_length, run.tokens - from), ratio());
    return kept * run.shape.heads();
  }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_inner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    if (ratio() == 0) return m_inner->keep(trace);
    LayerKeep layer;
    layer.heads.resize(size_t(m_run.shape.kvHeads));
    std::vector<float> scores;
    for (int64_t from = 0; from < trace.tokens; from += m_length) {
      RunContext run = m_run;
      run.tokens = std::min(m_length, trace.tokens - from);
      const RowRange rows(trace, m_run.shape, from, run.tokens);
      scores.resize(size_t(m_run.shape.kvHeads * run.tokens));
      m_inner->score(rows.trace(), run, scores.data());
      std::vector<int32_t> best(size_t(partBudget(run.tokens, ratio())));
      for (size_t h = 0; h < layer.heads.size(); ++h) {
        kernels::selectTop(scores.data() + int64_t(h) * run.tokens, run.tokens, int64_t(best.size()), best.data());
        for (const int32_t b : best) layer.heads[h].positions.push_back(int32_t(from) + b);
      }
    }
    return layer;
  }

 private:
  std::string m_spec;
  int64_t m_length;
  InnerScorer m_inner;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<ChunkPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kChunkRow{{"chunk", "Chunks", "Every chunk of the context gives up its share by itself", kPaper, kParams, false, true}, make};

}  // namespace presslab
