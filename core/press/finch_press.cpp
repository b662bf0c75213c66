// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/error.h"
#include "core/press/inner_scorer.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "FINCH, TACL 00716";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"chunk_length", "Chunk length", ParamType::Int, "tok", 0, 1048576, "0",
     "Every chunk of so many tokens gives up its share by itself; 0: no chunks", kPaper, "", "", false},
    {"normalize_scores", "Normalise", ParamType::Bool, "", 0, 1, "true", "A query's attention counts as many times as keys lie before it", kPaper, "",
     "", false},
    {"rerotate_keys", "Turn keys", ParamType::Bool, "", 0, 1, "true", "Kept keys are turned to positions without gaps", kPaper, "", "", false},
    {"window_size", "Question tokens", ParamType::Int, "tok", 0, 1048576, "0", "Last tokens that ask; 0: the question of a query-aware run", kPaper,
     "", "", false}};

/// What the question at the end of the context attends to stays, and the question. The program knows where the question begins, so no delimiter
/// token is needed.
class FinchPress final : public Press {
 public:
  explicit FinchPress(const PressArgs& args)
      : m_spec(specText(kFinchRow.info, args)),
        m_ratio(args.number("ratio")),
        m_chunk(args.integer("chunk_length")),
        m_given(args.integer("window_size")),
        m_byCount(args.flag("normalize_scores")),
        m_rerotate(args.flag("rerotate_keys")) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return {.keys = true, .queries = true}; }
  double ratio() const override { return m_ratio; }
  int64_t predictKept(const RunContext& run) const override {
    if (m_ratio == 0) return run.shape.heads() * run.tokens;
    if (m_chunk == 0) return run.shape.heads() * keptTokens(run.tokens, m_ratio);
    int64_t kept = 0;
    for (int64_t from = 0; from < run.tokens; from += m_chunk) kept += partBudget(std::min(m_chunk, run.tokens - from), m_ratio);
    return run.shape.heads() * kept;
  }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    m_window = m_given > 0 ? m_given : run.question;
    if (m_window == 0) badInput("finch: the context holds no question; make the run query-aware, or name the question's tokens with window_size=");
    if (m_window >= run.tokens) {
      badInput("finch: a question of " + std::to_string(m_window) + " tokens leaves nothing of a context of " + std::to_string(run.tokens));
    }
    if (m_chunk > 0 && double(m_chunk) <= double(m_window) / (1 - m_ratio)) {
      badInput("finch: chunk_length=" + std::to_string(m_chunk) +
               " must be more than window / (1 - ratio) = " + std::to_string(int64_t(double(m_window) / (1 - m_ratio))));
    }
    (void)predictKept(run);
    return {};
  }

  LayerKeep keep(const LayerTrace& trace) override {
    LayerKeep layer;
    layer.heads.resize(size_t(m_run.shape.kvHeads));
    std::vector<float> scores(layer.heads.size() * size_t(trace.tokens));
    windowScores(ScoreLayer(trace, m_run.shape), m_window, 1, false, scores.data(), m_byCount);
    const int64_t step = m_chunk > 0 ? m_chunk : trace.tokens;
    for (size_t h = 0; h < layer.heads.size(); ++h) {
      const float* row = scores.data() + int64_t(h) * trace.tokens;
      for (int64_t from = 0; from < trace.tokens; from += step) {
        const int64_t rows = std::min(step, trace.tokens - from);
        std::vector<int32_t> best(size_t(partBudget(rows, m_ratio)));
        kernels::selectTop(row + from, rows, int64_t(best.size()), best.data());
        for (const int32_t b : best) layer.heads[h].positions.push_back(int32_t(from) + b);
      }
    }
    layer.rerotated = m_rerotate && m_ratio > 0 && trace.ropeCos;
    return layer;
  }

 private:
  std::string m_spec;
  double m_ratio;
  int64_t m_chunk, m_given, m_window = 0;
  bool m_byCount, m_rerotate;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<FinchPress>(args); }

}  // namespace

const PressRow kFinchRow{
    {"finch", "FINCH", "What the question at the end of the context attends to stays; needs a query-aware run", kPaper, kParams, false, false}, make};

}  // namespace presslab
