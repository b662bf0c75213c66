// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_layer.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2410.13846";
constexpr ParamSpec kParams[]{
    {"lazy_threshold", "Lazy from", ParamType::Float, "share", 0, 1, "1",
     "A layer is lazy when more of the last tokens' attention falls on the first and latest ones; 1 is off; Llama-3 0.9, Llama-2 0.65, Mistral 0.8, "
     "Qwen 0.85",
     kPaper, "", "", false},
    {"n_last", "Last queries", ParamType::Int, "tok", 1, 1048576, "1", "Last tokens whose attention is looked at", kPaper, "", "", false},
    {"n_recent", "Latest tokens", ParamType::Int, "tok", 1, 1048576, "1024", "Latest tokens that a lazy layer keeps, n_last less", kPaper, "", "",
     false},
    {"n_initial", "First tokens", ParamType::Int, "tok", 0, 1048576, "4", "Tokens at the start that a lazy layer keeps", kPaper, "", "", false}};

/// Layers whose last tokens look at the first and latest tokens alone keep those; all others keep everything.
class SimLayerKvPress final : public Press {
 public:
  explicit SimLayerKvPress(const PressArgs& args)
      : m_spec(specText(kSimLayerKvRow.info, args)),
        m_threshold(args.number("lazy_threshold")),
        m_last(args.integer("n_last")),
        m_recent(args.integer("n_recent")),
        m_initial(args.integer("n_initial")) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return {.keys = true, .queries = true}; }
  /// The most that can stay: no layer lazy.
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * run.tokens; }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    if (m_threshold >= 1) return {"lazy_threshold=1 is off: no layer is lazy"};
    if (run.tokens <= shortest()) {
      return {std::to_string(run.tokens) + " tokens are not more than n_initial + n_recent + n_last = " + std::to_string(shortest()) + ": all stay"};
    }
    return {"which layers are lazy is an outcome: the prediction is the whole cache"};
  }

  LayerKeep keep(const LayerTrace& trace) override {
    HeadKeep head;
    head.positions.resize(size_t(trace.tokens));
    std::iota(head.positions.begin(), head.positions.end(), 0);
    if (m_threshold < 1 && trace.tokens > shortest() && endsAttention(trace) > m_threshold) {
      const int64_t recent = std::max<int64_t>(0, m_recent - m_last);
      head.positions.erase(head.positions.begin() + m_initial, head.positions.end() - recent);
      if (head.positions.empty()) head.positions.push_back(int32_t(trace.tokens - 1));  // a head without any key has no attention
    }
    LayerKeep layer;
    layer.heads.assign(size_t(m_run.shape.kvHeads), head);
    return layer;
  }

 private:
  int64_t shortest() const { return m_initial + m_recent + m_last; }

  /// Share of the last tokens' attention on the first and latest tokens before them, mean over heads and queries.
  double endsAttention(const LayerTrace& trace) const {
    const ScoreLayer l(trace, m_run.shape);
    const int heads = m_run.shape.queryHeads(), dim = m_run.shape.headDim;
    const int64_t before = trace.tokens - m_last;
    std::vector<float> sum(size_t(trace.tokens), 0.f), row(static_cast<size_t>(dim)), logits;
    for (int q = 0; q < heads; ++q) {
      const Sideways& keys = l.keys(q / m_run.shape.group);
      logits.resize(size_t(keys.stride));
      for (int64_t i = before; i < trace.tokens; ++i) {
        l.query(i, q, row.data());
        dotAll(row.data(), 1, keys, i + 1, logits.data());
        addSoftmax(logits.data(), 0, i + 1, l.scale(), 1.f / float(heads * m_last), sum.data());
      }
    }
    const double first = std::accumulate(sum.begin(), sum.begin() + m_initial, 0.0);
    return first + std::accumulate(sum.begin() + (before - m_recent), sum.begin() + before, 0.0);
  }

  std::string m_spec;
  double m_threshold;
  int64_t m_last, m_recent, m_initial;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<SimLayerKvPress>(args); }

}  // namespace

const PressRow kSimLayerKvRow{
    {"simlayerkv", "SimLayerKV", "Lazy layers keep the first and latest tokens, the others everything", kPaper, kParams, false, false}, make};

}  // namespace presslab
