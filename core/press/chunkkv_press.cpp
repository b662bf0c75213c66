// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2502.00299";
constexpr ParamSpec kParams[]{
    {"press", "Press inside", ParamType::Press, "", 0, 0, "", "The scorer whose scores and ratio are used", kPaper, "", "", false},
    {"chunk_length", "Chunk length", ParamType::Int, "tok", 1, 1048576, "20", "Tokens of a chunk, which stays or goes whole", kPaper, "", "", false}};

/// Whole chunks stay, the same for all heads of a layer: those with the highest mean of the scores summed over heads. Of C chunks
/// max(1, int(C * (1 - ratio))) stay; the last one may be short, so the count is an outcome. A context shorter than a chunk goes to the scorer.
class ChunkKvPress final : public Press {
 public:
  ChunkKvPress(const PressArgs& args, std::vector<PressPtr> inner)
      : m_spec(specText(kChunkKvRow.info, args)), m_length(args.integer("chunk_length")), m_owner(std::move(inner[0])) {
    m_inner = dynamic_cast<const ScorerPress*>(m_owner.get());
    if (!m_inner) badInput("chunkkv needs a scorer inside; " + m_owner->spec() + " is none");
  }

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  double ratio() const override { return m_inner->ratio(); }

  /// Counts whole chunks; exact unless the short last one stays.
  int64_t predictKept(const RunContext& run) const override {
    if (run.tokens < m_length || ratio() == 0) return m_inner->predictKept(run);
    (void)m_inner->predictKept(run);  // refuses what the scorer refuses
    return run.shape.heads() * std::min(run.tokens, chunksKept(run.tokens) * m_length);
  }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    std::vector<std::string> notes = m_owner->begin(run);
    if (run.tokens < m_length) notes.push_back(std::to_string(run.tokens) + " tokens are no whole chunk: single tokens are chosen");
    if (run.tokens > m_length && run.tokens % m_length) notes.push_back("the last chunk is short: what stays depends on whether it does");
    return notes;
  }

  LayerKeep keep(const LayerTrace& trace) override {
    const int64_t tokens = trace.tokens;
    if (tokens < m_length || ratio() == 0) return m_owner->keep(trace);
    std::vector<float> scores(size_t(m_run.shape.kvHeads * tokens));
    m_inner->score(trace, m_run, scores.data());
    const std::vector<float> means = chunkMeans(scores.data(), tokens);
    std::vector<int32_t> chosen(size_t(chunksKept(tokens)));
    kernels::selectTop(means.data(), int64_t(means.size()), int64_t(chosen.size()), chosen.data());
    HeadKeep head;
    for (const int32_t c : chosen) {
      for (int64_t i = c * m_length; i < std::min(tokens, (c + 1) * m_length); ++i) head.positions.push_back(int32_t(i));
    }
    LayerKeep layer;
    layer.heads.assign(size_t(m_run.shape.kvHeads), head);
    return layer;
  }

 private:
  int64_t chunks(int64_t tokens) const { return (tokens + m_length - 1) / m_length; }
  int64_t chunksKept(int64_t tokens) const { return std::max<int64_t>(1, int64_t(double(chunks(tokens)) * (1 - ratio()))); }

  std::vector<float> chunkMeans(const float* scores, int64_t tokens) const {
    std::vector<float> means;
    for (int64_t from = 0; from < tokens; from += m_length) {
      const int64_t to = std::min(tokens, from + m_length);
      double sum = 0;
      for (int h = 0; h < m_run.shape.kvHeads; ++h) sum = std::accumulate(scores + h * tokens + from, scores + h * tokens + to, sum);
      means.push_back(float(sum / double(to - from)));
    }
    return means;
  }

  std::string m_spec;
  int64_t m_length;
  PressPtr m_owner;
  const ScorerPress* m_inner = nullptr;  // m_owner
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<ChunkKvPress>(args, std::move(inner)); }

}  // namespace

const PressRow kChunkKvRow{{"chunkkv", "ChunkKV", "Whole chunks of the text stay, chosen by a scorer", kPaper, kParams, false, true}, make};

}  // namespace presslab
