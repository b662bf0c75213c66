// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"
#include "core/press/torch_order.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2504.04704";
constexpr ParamSpec kParams[]{kRatioParam,
                              kSinkParam,
                              {"lag_size", "Block length", ParamType::Int, "tok", 1, 1048576, "128",
                               "Tokens of a block; each block is scored against the next one", kPaper, "", "", false},
                              {"cross_scoring", "Cross scoring", ParamType::Bool, "", 0, 1, "false",
                               "Blocks compete by score instead of each giving up its own lowest ranks", kPaper, "", "", false}};

/// Tokens whose keys and values are spread widely against the range of the next block stay. Blocks share their ranks, so that a budget ends among
/// equal scores: then the tokens that kvpress would keep stay, also where that leaves out the first ones, which kvpress does not protect from it.
class LagKvPress final : public ScorerPress {
 public:
  explicit LagKvPress(const PressArgs& args) : ScorerPress(kLagKvRow.info, args) {
    m_how.sinks = args.integer("n_sink");
    m_how.block = args.integer("lag_size");
    m_how.crossScoring = args.flag("cross_scoring");
  }
  TraceNeeds needs() const override { return {.keys = true, .values = true}; }
  DeviceNeeds deviceNeeds() const override { return {.able = true}; }

  std::vector<std::string> begin(const RunContext& run) override {
    std::vector<std::string> notes = ScorerPress::begin(run);
    const int64_t least = m_how.sinks + 2 * m_how.block;
    if (run.tokens < least) {
      notes.push_back(std::to_string(run.tokens) + " tokens are fewer than n_sink + 2 * lag_size = " + std::to_string(least) +
                      ": the first and the latest stay");
    } else if (budget(run, 0) < spared(run.tokens)) {
      notes.push_back("the budget is smaller than what lagkv spares (" + std::to_string(spared(run.tokens)) +
                      " tokens: the first, the last block and the rest): no block is looked at, and which of these stay is kvpress's choice among "
                      "equals, which may "
                      "leave out the first tokens");
    }
    return notes;
  }
  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    const ScoreLayer layer(t, run.shape);
    lagScores(layer, m_how, out);
    // The last block has the sinks' score, and of equals the later ones stay: a small budget must not lose the sinks.
    putOnTop(layer, 0, std::min(m_how.sinks, t.tokens), out);
  }
  LayerKeep keep(const LayerTrace& t) override {
    const int64_t kept = budget(m_run, t.layer);
    if (kept == t.tokens || t.tokens < m_how.sinks + 2 * m_how.block) return ScorerPress::keep(t);
    std::vector<float> scores(size_t(m_run.shape.kvHeads * t.tokens));
    lagScores(ScoreLayer(t, m_run.shape), m_how, scores.data());
    return keepTorchTop(scores, m_run.shape.kvHeads, kept);
  }

 private:
  /// Tokens that have the highest score whatever they hold: the first ones, the last block, and the rest that fills no block.
  int64_t spared(int64_t tokens) const { return m_how.sinks + m_how.block + (tokens - m_how.sinks) % m_how.block; }

  LagKv m_how;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<LagKvPress>(args); }

}  // namespace

const PressRow kLagKvRow{{"lagkv", "LagKV", "Tokens that stand out against the block after them stay", kPaper, kParams, false, false}, make};

}  // namespace presslab
