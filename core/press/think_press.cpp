// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_layer.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2407.21018";
constexpr ParamSpec kParams[]{
    {"key_channel_compression_ratio", "Channels removed", ParamType::Float, "share", 0, 1, "0.5",
     "Share of the key's channels that become 0 in every head; they stay in the cache, so no bytes are freed", kPaper, "", "", true},
    {"window_size", "Window queries", ParamType::Int, "tok", 1, 1048576, "32", "Latest tokens whose queries weigh the channels", kPaper, "", "",
     false}};

/// Key channels that matter least to the latest queries become 0. The cache holds whole rows, so this frees nothing: what is measured is what
/// the idea costs in quality.
class ThinkPress final : public Press {
 public:
  explicit ThinkPress(const PressArgs& args)
      : m_spec(specText(kThinkRow.info, args)), m_share(args.number("key_channel_compression_ratio")), m_window(args.integer("window_size")) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return {.keys = true, .queries = true}; }
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * run.tokens; }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return {"masked, not freed: " + std::to_string(zeroed()) + " of " + std::to_string(run.shape.headDim) +
            " key channels become 0 and stay in the cache"};
  }

  LayerKeep keep(const LayerTrace& trace) override {
    LayerKeep layer;
    layer.heads.resize(size_t(m_run.shape.kvHeads));
    const ScoreLayer l(trace, m_run.shape);
    for (int h = 0; h < m_run.shape.kvHeads; ++h) {
      HeadKeep& head = layer.heads[size_t(h)];
      head.positions.resize(size_t(trace.tokens));
      std::iota(head.positions.begin(), head.positions.end(), 0);
      const std::vector<double> weight = channelWeights(l, h);
      std::vector<int32_t> order(weight.size());
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return weight[size_t(a)] < weight[size_t(b)]; });
      head.zeroed.assign(order.begin(), order.begin() + zeroed());
      std::sort(head.zeroed.begin(), head.zeroed.end());
    }
    return layer;
  }

 private:
  int zeroed() const { return int(m_run.shape.headDim * m_share); }

  /// Mean square of the latest queries, mean over the group, times the mean square of the keys.
  std::vector<double> channelWeights(const ScoreLayer& l, int h) const {
    const int dim = m_run.shape.headDim;
    const int64_t first = std::max<int64_t>(0, l.t.tokens - m_window);
    std::vector<double> queries(size_t(dim), 0.0), keys(size_t(dim), 0.0);
    std::vector<float> row(static_cast<size_t>(dim));
    for (int g = 0; g < m_run.shape.group; ++g) {
      for (int64_t i = first; i < l.t.tokens; ++i) {
        l.query(i, h * m_run.shape.group + g, row.data());
        for (int d = 0; d < dim; ++d) queries[size_t(d)] += double(row[size_t(d)]) * double(row[size_t(d)]);
      }
    }
    const float* key = l.t.k + h * l.t.tokens * dim;
    for (int64_t i = 0; i < l.t.tokens; ++i, key += dim) {
      for (int d = 0; d < dim; ++d) keys[size_t(d)] += double(key[d]) * double(key[d]);
    }
    for (int d = 0; d < dim; ++d) queries[size_t(d)] *= keys[size_t(d)];
    return queries;
  }

  std::string m_spec;
  double m_share;
  int64_t m_window;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<ThinkPress>(args); }

}  // namespace

const PressRow kThinkRow{
    {"think", "ThinK", "Key channels that matter least to the latest queries become 0; nothing is freed", kPaper, kParams, false, false}, make};

}  // namespace presslab
