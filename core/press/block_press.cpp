// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/press/inner_scorer.h"
#include "core/press/kept_rows.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_layer.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2504.15364";
constexpr ParamSpec kParams[]{innerParam(kPaper),
                              {"block_size", "Block", ParamType::Int, "tok", 1, 1048576, "128",
                               "Tokens that come in before the scorer cuts back to the budget", kPaper, "", "", false}};

/// The cache fills to its budget; then every block of further tokens competes with what stands. Head by head: the scorer sees the rows of one.
class BlockPress final : public Press {
 public:
  BlockPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kBlockRow.info, args)), m_block(args.integer("block_size")), m_inner("block", std::move(inner)) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  double ratio() const override { return m_inner->ratio(); }
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * keptTokens(run.tokens, ratio()); }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_inner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    LayerKeep layer;
    layer.heads.resize(size_t(m_run.shape.kvHeads));
    LayerTrace alone = trace;
    alone.pool = nullptr;  // the heads share it
    forTasks(trace, m_run.shape.kvHeads, [&](int h) { layer.heads[size_t(h)].positions = keepHead(alone, h); });
    return layer;
  }

 private:
  std::vector<int32_t> keepHead(const LayerTrace& trace, int head) const {
    const int64_t kept = keptTokens(trace.tokens, ratio());
    std::vector<int32_t> rows(static_cast<size_t>(kept)), best(rows.size());
    std::vector<float> scores;
    std::iota(rows.begin(), rows.end(), 0);
    for (int64_t from = kept; from < trace.tokens; from += m_block) {
      for (int64_t i = from; i < std::min(from + m_block, trace.tokens); ++i) rows.push_back(int32_t(i));
      const KeptRows own(trace, m_run.shape, head, rows);
      RunContext run = m_run;
      run.shape = own.shape();
      run.tokens = int64_t(rows.size());
      scores.resize(rows.size());
      m_inner->score(own.trace(), run, scores.data());
      kernels::selectTop(scores.data(), run.tokens, kept, best.data());
      for (int32_t& b : best) b = rows[size_t(b)];
      rows.assign(best.begin(), best.end());
    }
    return rows;
  }

  std::string m_spec;
  int64_t m_block;
  InnerScorer m_inner;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<BlockPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kBlockRow{
    {"block", "Blocks", "Tokens come in by blocks, and after each the scorer cuts back to the budget", kPaper, kParams, false, true}, make};

}  // namespace presslab
