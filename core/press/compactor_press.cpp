// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/kept_rows.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2507.08143";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"sink_size_start", "First tokens", ParamType::Int, "tok", 0, 1048576, "8", "Tokens at the start that stay", kPaper, "", "", false},
    {"sink_size_end", "Last tokens", ParamType::Int, "tok", 0, 1048576, "4", "Tokens at the end that stay", kPaper, "", "", false},
    {"chunk_size", "Chunk", ParamType::Int, "tok", 1, 65536, "256", "Tokens of a chunk, inside which all attend to all", kPaper, "", "", false},
    {"sketch_dimension", "Sketch width", ParamType::Int, "", 1, 1024, "48", "Columns of the random projection of the keys", kPaper, "", "", false},
    {"blending", "Blending", ParamType::Float, "", -1, 100, "-1", "Weight of the leverage beside the attention; -1 takes the ratio", kPaper, "", "",
     false}};

/// Leverage of the keys and attention without a causal mask, added as z-scores over the tokens between the first and the last ones.
class CompactorPress final : public ScorerPress {
 public:
  explicit CompactorPress(const PressArgs& args)
      : ScorerPress(kCompactorRow.info, args),
        m_start(args.integer("sink_size_start")),
        m_end(args.integer("sink_size_end")),
        m_chunk(args.integer("chunk_size")),
        m_sketch(int(args.integer("sketch_dimension"))),
        m_blending(args.number("blending")) {}
  TraceNeeds needs() const override { return {.keys = true, .values = true, .queries = true}; }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    const int64_t first = std::min(m_start, t.tokens), last = std::min(m_end, t.tokens - first), inner = t.tokens - first - last;
    float top = 0;
    if (inner > 0) {
      const RowRange middle(t, run.shape, first, inner);
      const ScoreLayer layer(middle.trace(), run.shape);
      std::vector<float> leverage(size_t(run.shape.kvHeads * inner)), attention(leverage.size());
      leverageScores(layer, run.seed, m_sketch, leverage.data());
      nonCausalScores(layer, m_chunk, attention.data());
      const auto blending = float(m_blending < 0 ? m_ratio : m_blending);
      for (size_t i = 0; i < leverage.size(); ++i) attention[i] += blending * leverage[i];
      top = *std::max_element(attention.begin(), attention.end()) + 1;
      for (int h = 0; h < run.shape.kvHeads; ++h) std::copy_n(attention.data() + h * inner, inner, out + h * t.tokens + first);
    }
    for (int h = 0; h < run.shape.kvHeads; ++h) {
      float* row = out + h * t.tokens;
      std::fill(row, row + first, top);
      std::fill(row + first + inner, row + t.tokens, top);
    }
  }

 private:
  int64_t m_start, m_end, m_chunk;
  int m_sketch;
  double m_blending;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<CompactorPress>(args); }

}  // namespace

const PressRow kCompactorRow{
    {"compactor", "Compactor", "Tokens stay by the leverage of their keys and the attention of their chunk", kPaper, kParams, false, false}, make};

}  // namespace presslab
