// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/api/error.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kSource = "kvpress 0.5.5, after arXiv 2502.00299";
constexpr ParamSpec kParams[]{
    {"press", "Press inside", ParamType::Press, "", 0, 0, "", "The scorer whose scores and ratio are used", kSource, "", "", false},
    {"chunk_length", "Chunk length", ParamType::Int, "tok", 2, 1048576, "10", "Tokens of a chunk", kSource, "", "", false},
    {"low_entropy_chunk_length", "Tokens of a spiky chunk", ParamType::Int, "tok", 1, 1048575, "4",
     "Tokens that stay of a chunk whose score comes from few of its tokens; less than chunk_length", kSource, "", "", false}};
constexpr double kEpsilon = 1e-8;

/// A run of neighbouring tokens, judged as one.
struct Chunk {
  int64_t from, to;
  float mean;     // of the scores summed over heads
  float entropy;  // of the scores' shares, 0 (one token has it all) .. 1 (all alike)
};

/// Normalised entropy of n scores; where some are negative, of their heights above the lowest.
float shareEntropy(const float* score, int64_t n) {
  if (n < 2) return 0;
  const double floor = std::min(0.f, *std::min_element(score, score + n));
  double sum = 0, entropy = 0;
  for (int64_t i = 0; i < n; ++i) sum += double(score[i]) - floor;
  for (int64_t i = 0; i < n; ++i) {
    const double p = (double(score[i]) - floor) / (sum + kEpsilon);
    entropy -= p * std::log(p + kEpsilon);
  }
  return float(std::clamp(entropy / std::log(double(n)), 0., 1.));
}

/// The value in the middle; of an even count the lower one.
template <class Value>
float lowerMedian(const std::vector<Chunk>& chunks, Value value) {
  std::vector<float> values;
  for (const Chunk& c : chunks) values.push_back(value(c));
  const auto middle = values.begin() + std::ptrdiff_t((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// ChunkKV with a second look at each chosen chunk: where few tokens carry its score (entropy below the median of the chunks) and the score is
/// in the upper half, only the best tokens stay, and what that frees goes to further chunks, at last to the best single tokens. So exactly
/// int(T * (1 - ratio)) tokens stay, the same for all heads of a layer.
class EntropyGatedChunkKvPress final : public Press {
 public:
  EntropyGatedChunkKvPress(const PressArgs& args, std::vector<PressPtr> inner)
      : m_spec(specText(kEntropyGatedChunkKvRow.info, args)),
        m_length(args.integer("chunk_length")),
        m_spiky(args.integer("low_entropy_chunk_length")),
        m_owner(std::move(inner[0])) {
    m_inner = dynamic_cast<const ScorerPress*>(m_owner.get());
    if (!m_inner) badInput("entropy_gated_chunkkv needs a scorer inside; " + m_owner->spec() + " is none");
    if (m_spiky >= m_length) {
      badInput("low_entropy_chunk_length=" + std::to_string(m_spiky) + " is not less than chunk_length=" + std::to_string(m_length));
    }
  }

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  double ratio() const override { return m_inner->ratio(); }

  int64_t predictKept(const RunContext& run) const override {
    const int64_t inner = m_inner->predictKept(run);  // refuses what the scorer refuses
    return ratio() == 0 ? inner : run.shape.heads() * keptTokens(run.tokens, ratio());
  }

  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_owner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    if (ratio() == 0) return m_owner->keep(trace);
    const int64_t tokens = trace.tokens;
    std::vector<float> byHead(size_t(m_run.shape.kvHeads * tokens)), score(static_cast<size_t>(tokens));
    m_inner->score(trace, m_run, byHead.data());
    for (int64_t i = 0; i < tokens; ++i) {
      double sum = 0;
      for (int h = 0; h < m_run.shape.kvHeads; ++h) sum += double(byHead[size_t(h * tokens + i)]);
      score[size_t(i)] = float(sum);
    }
    LayerKeep layer;
    layer.heads.assign(size_t(m_run.shape.kvHeads), choose(score));
    return layer;
  }

 private:
  std::vector<Chunk> chunksOf(const std::vector<float>& score) const {
    std::vector<Chunk> chunks;
    const int64_t tokens = int64_t(score.size());
    for (int64_t from = 0; from < tokens; from += m_length) {
      const int64_t to = std::min(tokens, from + m_length);
      const double sum = std::accumulate(score.begin() + from, score.begin() + to, 0.);
      chunks.push_back({from, to, float(sum / double(to - from)), shareEntropy(score.data() + from, to - from)});
    }
    return chunks;
  }

  HeadKeep choose(const std::vector<float>& score) const {
    std::vector<Chunk> chunks = chunksOf(score);
    const float scoreMiddle = lowerMedian(chunks, [](const Chunk& c) { return c.mean; });
    const float entropyMiddle = lowerMedian(chunks, [](const Chunk& c) { return c.entropy; });
    std::stable_sort(chunks.begin(), chunks.end(), [](const Chunk& a, const Chunk& b) { return a.mean > b.mean; });
    std::vector<char> stays(score.size(), 0);
    int64_t left = keptTokens(int64_t(score.size()), ratio());
    for (const Chunk& c : chunks) {
      if (left == 0) break;
      int64_t count = std::min(c.to - c.from, left);
      if (c.mean >= scoreMiddle && c.entropy < entropyMiddle) count = std::min(count, m_spiky);
      std::vector<int32_t> best(static_cast<size_t>(count));
      kernels::selectTop(score.data() + c.from, c.to - c.from, count, best.data());
      for (const int32_t i : best) stays[size_t(c.from + i)] = 1;
      left -= count;
    }
    if (left > 0) fillUp(score, left, stays);
    HeadKeep head;
    for (size_t i = 0; i < stays.size(); ++i) {
      if (stays[i]) head.positions.push_back(int32_t(i));
    }
    return head;
  }

  /// Gives what spiky chunks left over to the best of the tokens that would go.
  static void fillUp(const std::vector<float>& score, int64_t count, std::vector<char>& stays) {
    std::vector<int32_t> place;
    std::vector<float> rest;
    for (size_t i = 0; i < score.size(); ++i) {
      if (stays[i]) continue;
      place.push_back(int32_t(i));
      rest.push_back(score[i]);
    }
    std::vector<int32_t> best(static_cast<size_t>(std::min(count, int64_t(rest.size()))));
    kernels::selectTop(rest.data(), int64_t(rest.size()), int64_t(best.size()), best.data());
    for (const int32_t i : best) stays[size_t(place[size_t(i)])] = 1;
  }

  std::string m_spec;
  int64_t m_length, m_spiky;
  PressPtr m_owner;
  const ScorerPress* m_inner = nullptr;  // m_owner
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<EntropyGatedChunkKvPress>(args, std::move(inner)); }

}  // namespace

const PressRow kEntropyGatedChunkKvRow{
    {"entropy_gated_chunkkv", "ChunkKV, entropy-gated",
     "Chunks chosen by a scorer; of those whose score comes from few tokens only the best tokens stay", kSource, kParams, false, true},
    make};

}  // namespace presslab
