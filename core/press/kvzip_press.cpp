// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_repeat.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2505.23416";
constexpr size_t kLead = 8;  // tokens of the part before that tell where a part begins
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"layerwise", "By layer", ParamType::Bool, "", 0, 1, "false", "Every layer gives up the same share; else all heads of all layers compete", kPaper,
     "", "", false},
    {"n_sink", "First tokens", ParamType::Int, "tok", 0, 1048576, "4", "Tokens at the start that always stay", kPaper, "", "", false},
    {"kvzip_plus_normalization", "KVzip+", ParamType::Bool, "", 0, 1, "false",
     "Attention is divided by the length of the reader's input and multiplied by that of what the value writes", "arXiv 2601.07891", "", "", false},
    {"chunk_size", "Chunk", ParamType::Int, "tok", 1, 1048576, "2048", "Tokens of the context that are repeated at a time", kPaper, "", "", false}};

/// The model repeats its context; what it looks at most strongly while doing so stays. The context is read twice: the cache stands whole before
/// anything goes. The scores are those of score_repeat.h.
class KvzipPress final : public Press {
 public:
  explicit KvzipPress(const PressArgs& args)
      : m_spec(specText(kKvzipRow.info, args)),
        m_ratio(args.number("ratio")),
        m_layerwise(args.flag("layerwise")),
        m_sinks(args.integer("n_sink")),
        m_normalised(args.flag("kvzip_plus_normalization")),
        m_chunk(args.integer("chunk_size")) {}

  std::string spec() const override { return m_spec; }
  bool ragged() const override { return true; }
  bool rereads() const override { return true; }
  TraceNeeds rereadNeeds() const override {
    return {.keys = true, .values = m_normalised, .queries = true, .input = m_normalised, .output = m_normalised};
  }
  double ratio() const override { return m_ratio; }

  int64_t predictKept(const RunContext& run) const override {
    (void)keptTokens(run.tokens, m_ratio);  // refuses what keeps nothing
    const int64_t all = run.shape.heads() * run.tokens;
    if (!m_layerwise) return all - int64_t(double(all) * m_ratio);
    const int64_t layer = run.shape.kvHeads * run.tokens;
    return run.shape.layers * (layer - int64_t(double(layer) * m_ratio));
  }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    (void)predictKept(run);
    if (m_ratio > 0 && !run.reread) badInput("kvzip: the request to repeat the context is not known here");
    return {"reads the context again behind the whole cache: compression takes longer than the prefill, and the peak is above the whole cache"};
  }

  LayerKeep keep(const LayerTrace&) override { throw Failure(ErrorCode::Failed, "kvzip: a layer alone decides nothing"); }

  std::vector<LayerKeep> plan(const Reread& again) override {
    const size_t tokens = size_t(m_run.tokens), heads = size_t(m_run.shape.heads());
    std::vector<float> scores(heads * tokens, 0.f);
    if (m_ratio > 0) {
      for (size_t from = size_t(std::min<int64_t>(m_run.reread->prefix, m_run.tokens)); from < tokens; from += size_t(m_chunk)) {
        scorePart(again, from, std::min(tokens, from + size_t(m_chunk)), scores);
      }
    }
    const float top = *std::max_element(scores.begin(), scores.end()) + 1;
    for (size_t id = 0; id < heads; ++id) {
      // At least one token of a head stays: a head without any key has no attention.
      std::fill_n(scores.begin() + std::ptrdiff_t(id * tokens), std::min(size_t(m_sinks), tokens), top);
      scores[id * tokens] = top + 1;
    }
    return chosen(scores);
  }

 private:
  /// Ids that make the model repeat context tokens [from, to).
  std::vector<int32_t> request(const Reread& again, size_t from, size_t to) const {
    const RereadText& text = *m_run.reread;
    const auto first = size_t(text.prefix);
    std::vector<int32_t> ids = from == first ? text.first : text.next;
    if (from > first)
      ids.insert(ids.end(), again.ids.begin() + std::ptrdiff_t(from - std::min(kLead, from - first)), again.ids.begin() + std::ptrdiff_t(from));
    ids.insert(ids.end(), text.suffix.begin(), text.suffix.end());
    ids.insert(ids.end(), again.ids.begin() + std::ptrdiff_t(from), again.ids.begin() + std::ptrdiff_t(to));
    return ids;
  }

  void scorePart(const Reread& again, size_t from, size_t to, std::vector<float>& scores) const {
    const RepeatedPart part{std::min(m_sinks, int64_t(from)), int64_t(from), int64_t(to), m_normalised};
    again.read(request(again, from, to), [&](const ReadLayer& read) {
      float* layer = scores.data() + int64_t(read.t.layer) * m_run.shape.kvHeads * m_run.tokens;
      repeatScores(read, m_run.shape, part, layer + part.from, m_run.tokens);
    });
  }

  std::vector<LayerKeep> chosen(const std::vector<float>& scores) const {
    const int64_t tokens = m_run.tokens, heads = m_run.shape.kvHeads, share = m_layerwise ? 1 : m_run.shape.layers;
    const int64_t kept = predictKept(m_run) / (m_run.shape.layers / share);
    std::vector<LayerKeep> layers(static_cast<size_t>(m_run.shape.layers));
    for (LayerKeep& l : layers) l.heads.resize(size_t(heads));
    std::vector<int32_t> best(static_cast<size_t>(kept));
    for (int64_t l = 0; l < m_run.shape.layers; l += share) {
      kernels::selectTop(scores.data() + l * heads * tokens, share * heads * tokens, kept, best.data());
      for (const int32_t b : best) {
        layers[size_t(l + b / (heads * tokens))].heads[size_t(b / tokens % heads)].positions.push_back(int32_t(b % tokens));
      }
    }
    return layers;
  }

  std::string m_spec;
  double m_ratio;
  bool m_layerwise;
  int64_t m_sinks;
  bool m_normalised;
  int64_t m_chunk;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<KvzipPress>(args); }

}  // namespace

const PressRow kKvzipRow{{"kvzip", "KVzip", "What the model looks at while it repeats the context stays", kPaper, kParams, true, false}, make};

}  // namespace presslab
