// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/inner_scorer.h"
#include "core/press/layer_keeper.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2506.05345";
constexpr ParamSpec kParams[]{
    innerParam(kPaper),
    {"threshold", "Threshold", ParamType::Float, "", -1000000, 1000000, "0", "Tokens with a lower score go once they have left the window", kPaper,
     "", "", false},
    {"sliding_window_size", "Window", ParamType::Int, "tok", 1, 1048576, "128", "Latest tokens that stay whatever their score", kPaper, "", "",
     false},
    {"decoding", "While decoding", ParamType::Bool, "", 0, 1, "false",
     "Tokens go while decoding too, each as it leaves the window, by the score that its key and value had when it came", kPaper, "", "", false}};

/// While decoding: the token that leaves the window goes when its score is below the threshold. Tokens of the context have their scores from the
/// prefill, later ones are scored alone.
class DmsKeeper final : public LayerKeeper {
 public:
  DmsKeeper(std::shared_ptr<const InnerScorer> scorer, const RunContext& run, float threshold, int64_t window)
      : m_scorer(std::move(scorer)), m_run(run), m_threshold(threshold), m_window(window), m_context(size_t(run.shape.layers)) {
    every = 1;
    values = (*m_scorer)->needs().values;
  }
  /// Scores of the last tokens of a layer's context, at most `window`: (heads, tokens). Before the first token is decoded.
  void remember(int layer, std::vector<float> scores) { m_context[size_t(layer)] = std::move(scores); }

  std::vector<HeadCut> cut(HeldLayer& held, const HeadShape& one) const override {
    const int64_t leaving = held.position - m_window;
    std::vector<HeadCut> cuts;
    if (leaving < 0) return cuts;
    for (int h = 0; h < held.heads; ++h) {
      const std::span<const int32_t> positions = held.positions(h);
      const auto at = std::lower_bound(positions.begin(), positions.end(), leaving);
      if (at == positions.end() || *at != leaving || !(scoreOf(held, h, at - positions.begin(), leaving, one) < m_threshold)) continue;
      cuts.resize(size_t(held.heads));
      cuts[size_t(h)].dropped.push_back(int32_t(at - positions.begin()));
    }
    return cuts;
  }

 private:
  float scoreOf(HeldLayer& held, int head, int64_t slot, int64_t position, const HeadShape& one) const {
    if (position < m_run.tokens) {
      const std::vector<float>& known = m_context[size_t(held.layer)];
      const auto count = int64_t(known.size()) / held.heads;
      return known[size_t(head * count + position - (m_run.tokens - count))];
    }
    RunContext run = m_run;
    run.shape.kvHeads = one.kvHeads;
    run.tokens = 1;
    float score = 0;
    (*m_scorer)->score(held.rows(head, slot, 1), run, &score);
    return score;
  }

  std::shared_ptr<const InnerScorer> m_scorer;
  RunContext m_run;
  float m_threshold;
  int64_t m_window;
  std::vector<std::vector<float>> m_context;
};

/// Everything outside a window of latest tokens whose score is below a threshold goes; how much that is, is an outcome.
class DmsPress final : public Press {
 public:
  DmsPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kDmsRow.info, args)),
        m_inner(std::make_shared<const InnerScorer>("dms", std::move(inner))),
        m_threshold(float(args.number("threshold"))),
        m_window(args.integer("sliding_window_size")),
        m_decoding(args.flag("decoding")) {
    const TraceNeeds needs = scorer().needs();
    if (m_decoding && (scorer().queriesRead() != 0 || needs.input || needs.residual || needs.output))
      badInput("dms: decoding=true scores each token by its own key and value; " + scorer().spec() + " reads more");
  }

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return scorer().needs(); }
  bool wantsCalibration() const override { return scorer().wantsCalibration(); }
  bool ragged() const override { return true; }
  /// The most that can stay.
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * run.tokens; }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    std::vector<std::string> notes = scorer().begin(run);
    m_keeper = m_decoding ? std::make_shared<DmsKeeper>(m_inner, run, m_threshold, m_window) : nullptr;
    notes.push_back("a threshold decides what stays: the prediction is the whole cache, the ratio an outcome");
    return notes;
  }

  LayerKeep keep(const LayerTrace& trace) override {
    const int heads = m_run.shape.kvHeads;
    std::vector<float> scores(size_t(heads) * size_t(trace.tokens));
    scorer().score(trace, m_run, scores.data());
    LayerKeep layer;
    layer.heads.resize(size_t(heads));
    for (int h = 0; h < heads; ++h) {
      const float* row = scores.data() + h * trace.tokens;
      for (int64_t i = 0; i < trace.tokens; ++i) {
        if (i >= trace.tokens - m_window || !(row[i] < m_threshold)) layer.heads[size_t(h)].positions.push_back(int32_t(i));
      }
    }
    if (m_keeper) {
      const int64_t latest = std::min(m_window, trace.tokens);
      std::vector<float> known;
      for (int h = 0; h < heads; ++h) {
        const auto end = scores.begin() + (h + 1) * trace.tokens;
        known.insert(known.end(), end - latest, end);
      }
      m_keeper->remember(trace.layer, std::move(known));
      layer.decode = m_keeper;
    }
    return layer;
  }

 private:
  ScorerPress& scorer() const { return *m_inner->operator->(); }

  std::string m_spec;
  std::shared_ptr<const InnerScorer> m_inner;
  std::shared_ptr<DmsKeeper> m_keeper;
  float m_threshold;
  int64_t m_window;
  bool m_decoding;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<DmsPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kDmsRow{{"dms", "DMS", "Tokens that leave a window go when a scorer puts them below a threshold", kPaper, kParams, true, true}, make};

}  // namespace presslab
