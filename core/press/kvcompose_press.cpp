// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "core/api/error.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_repeat.h"
#include "core/press/torch_order.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2509.05165";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"structured", "Structured", ParamType::Bool, "", 0, 1, "true",
     "All heads of a layer keep the same number of tokens; else every head has its own", kPaper, "", "", false},
    {"agg_task", "Over readers", ParamType::Choice, "", 0, 0, "max", "How a token's attention is joined over the tokens that read it again", kPaper,
     "max|mean", "", false},
    {"agg_group", "Over the group", ParamType::Choice, "", 0, 0, "mean", "How it is joined over the query heads of a KV head", kPaper, "max|mean", "",
     false},
    {"agg_head", "Over heads", ParamType::Choice, "", 0, 0, "mean",
     "How scores of equal rank are joined over the heads of a layer, for its share; without effect when structured=false", kPaper, "max|mean", "",
     false},
    {"add_v_norm", "Value norm", ParamType::Bool, "", 0, 1, "false", "Scores are multiplied by the norm of the value", kPaper, "", "", false},
    {"add_mean_across_heads", "Mean of heads", ParamType::Bool, "", 0, 1, "true", "The mean over the heads of the layer is added to a score", kPaper,
     "", "", false},
    {"keep_token_lower_bound", "Least tokens", ParamType::Int, "tok", 0, 1048576, "0",
     "Tokens that every layer (structured=false: every head) keeps at least; 0 counts as 1", kPaper, "", "", false}};

constexpr float kSure = 1e9f;  // above every score

/// The context is read again behind itself. Of the scores sorted in each head, equal ranks of a layer's heads are joined to composite tokens; the
/// best composites of all layers give each layer its share, and each head keeps as many of its own best.
class KvcomposePress final : public Press {
 public:
  explicit KvcomposePress(const PressArgs& args)
      : m_spec(specText(kKvcomposeRow.info, args)),
        m_ratio(args.number("ratio")),
        m_structured(args.flag("structured")),
        m_meanOfReaders(args.text("agg_task") == "mean"),
        m_meanOfGroup(args.text("agg_group") == "mean"),
        m_meanOfHeads(args.text("agg_head") == "mean"),
        m_valueNorm(args.flag("add_v_norm")),
        m_addMean(args.flag("add_mean_across_heads")),
        m_least(std::max<int64_t>(1, args.integer("keep_token_lower_bound"))) {}

  std::string spec() const override { return m_spec; }
  bool ragged() const override { return true; }
  bool rereads() const override { return true; }
  TraceNeeds rereadNeeds() const override { return {.keys = true, .values = m_valueNorm, .queries = true}; }
  double ratio() const override { return m_ratio; }

  int64_t predictKept(const RunContext& run) const override { return shared(run) * (m_structured ? run.shape.kvHeads : 1); }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    (void)predictKept(run);
    return {"reads the context again behind the whole cache: compression takes longer than the prefill, and the peak is above the whole cache"};
  }

  LayerKeep keep(const LayerTrace&) override { throw Failure(ErrorCode::Failed, "kvcompose: a layer alone decides nothing"); }

  std::vector<LayerKeep> plan(const Reread& again) override {
    const int64_t tokens = m_run.tokens;
    std::vector<float> scores(size_t(m_run.shape.heads() * tokens), 0.f);
    if (shared(m_run) == units(m_run) * tokens) return chosen(scores, std::vector<int64_t>(size_t(units(m_run)), tokens));
    RepeatedPart part{0, 0, tokens};
    part.meanOfReaders = m_meanOfReaders;
    part.meanOfGroup = m_meanOfGroup;
    again.read(again.ids, [&](const ReadLayer& read) {
      float* layer = scores.data() + int64_t(read.t.layer) * m_run.shape.kvHeads * tokens;
      repeatScores(read, m_run.shape, part, layer, tokens);
      enhance(read, layer);
    });
    return chosen(scores, shares(scores));
  }

 private:
  /// What shares the budget: layers, or heads.
  int64_t units(const RunContext& run) const { return m_structured ? run.shape.layers : run.shape.heads(); }

  /// Tokens of all units together: max(1, int(all * (1 - ratio))). Refuses what leaves a unit less than its least.
  int64_t shared(const RunContext& run) const {
    const int64_t all = units(run) * run.tokens, kept = std::max<int64_t>(1, int64_t(double(all) * (1 - m_ratio))),
                  least = std::min(m_least, run.tokens);
    (void)keptTokens(run.tokens, m_ratio);
    if (kept < units(run) * least)
      badInput("kvcompose: keep_token_lower_bound=" + std::to_string(least) + " takes " + std::to_string(units(run) * least) +
               " tokens, ratio leaves " + std::to_string(kept));
    return kept;
  }

  void enhance(const ReadLayer& read, float* layer) const {
    const int64_t tokens = m_run.tokens, heads = m_run.shape.kvHeads, dim = m_run.shape.headDim;
    for (int64_t h = 0; m_valueNorm && h < heads; ++h) {
      for (int64_t i = 0; i < tokens; ++i) {
        const float* v = read.t.v + (h * read.t.tokens + i) * dim;
        double squares = 0;
        for (int64_t d = 0; d < dim; ++d) squares += double(v[d]) * v[d];
        layer[h * tokens + i] *= float(std::sqrt(squares));
      }
    }
    for (int64_t i = 0; m_addMean && i < tokens; ++i) {
      float sum = 0;
      for (int64_t h = 0; h < heads; ++h) sum += layer[h * tokens + i];
      for (int64_t h = 0; h < heads; ++h) layer[h * tokens + i] += sum / float(heads);
    }
  }

  /// Tokens of each unit: how many of its composites are among the best of all.
  std::vector<int64_t> shares(const std::vector<float>& scores) const {
    const int64_t tokens = m_run.tokens, heads = m_run.shape.kvHeads, group = m_structured ? heads : 1;
    std::vector<float> ranked = scores;
    for (int64_t id = 0; id < m_run.shape.heads(); ++id)
      std::sort(ranked.begin() + id * tokens, ranked.begin() + (id + 1) * tokens, std::greater<>());
    std::vector<float> composite(size_t(units(m_run) * tokens));
    for (int64_t u = 0; u < units(m_run); ++u) {
      for (int64_t i = 0; i < tokens; ++i) {
        float joined = ranked[size_t(u * group * tokens + i)];
        for (int64_t h = 1; h < group; ++h) {
          const float other = ranked[size_t((u * group + h) * tokens + i)];
          joined = m_meanOfHeads ? joined + other : std::max(joined, other);
        }
        composite[size_t(u * tokens + i)] = (m_meanOfHeads ? joined / float(group) : joined) + (i < m_least ? kSure : 0.f);
      }
    }
    for (int64_t u = 1; m_structured && u < units(m_run); ++u)  // the first layer gets the largest share
      for (int64_t i = 0; i < tokens; ++i) composite[size_t(i)] = std::max(composite[size_t(i)], composite[size_t(u * tokens + i)]);
    std::vector<int64_t> counts(size_t(units(m_run)), 0);
    // The first layer's composites are also another's: the budget ends among equal ones.
    for (const int32_t b : torchTop(composite.data(), int64_t(composite.size()), shared(m_run))) ++counts[size_t(b / tokens)];
    return counts;
  }

  std::vector<LayerKeep> chosen(const std::vector<float>& scores, const std::vector<int64_t>& counts) const {
    const int64_t tokens = m_run.tokens, heads = m_run.shape.kvHeads;
    std::vector<LayerKeep> layers(static_cast<size_t>(m_run.shape.layers));
    for (int64_t id = 0; id < m_run.shape.heads(); ++id) {
      HeadKeep& head = layers[size_t(id / heads)].heads.emplace_back();
      head.positions.resize(size_t(counts[size_t(m_structured ? id / heads : id)]));
      kernels::selectTop(scores.data() + id * tokens, tokens, int64_t(head.positions.size()), head.positions.data());
    }
    return layers;
  }

  std::string m_spec;
  double m_ratio;
  bool m_structured, m_meanOfReaders, m_meanOfGroup, m_meanOfHeads, m_valueNorm, m_addMean;
  int64_t m_least;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<KvcomposePress>(args); }

}  // namespace

const PressRow kKvcomposeRow{{"kvcompose", "KVCompose", "What the context looks at in itself when it is read again stays; layers share the budget",
                              kPaper, kParams, true, false},
                             make};

}  // namespace presslab
