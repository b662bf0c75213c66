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
    {"chunk_size", "Chunk", ParamType::Int, "tok", 1, 65536, "256", "Tokens of a chunk, inside which all attend to all", kPaper, "", "", false}};

/// Tokens that their own chunk attends to in both directions stay.
class NonCausalAttentionPress final : public ScorerPress {
 public:
  explicit NonCausalAttentionPress(const PressArgs& args) : ScorerPress(kNonCausalAttentionRow.info, args), m_chunk(args.integer("chunk_size")) {}
  TraceNeeds needs() const override { return {.keys = true, .values = true, .queries = true}; }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override { nonCausalScores(ScoreLayer(t, run.shape), m_chunk, out); }

 private:
  int64_t m_chunk;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<NonCausalAttentionPress>(args); }

}  // namespace

const PressRow kNonCausalAttentionRow{
    {"non_causal_attention", "Non-causal attention", "Tokens that their chunk attends to without a causal mask stay", kPaper, kParams, false, false},
    make};

}  // namespace presslab
