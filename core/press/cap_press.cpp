// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/press/linear.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2604.25975";
constexpr ParamSpec kParams[]{kRatioParam,
                              {"tau", "Sharpness", ParamType::Float, "", 0, 1000, "5",
                               "Factor of the cosine between key and expected query in the weight", kPaper, "", "", false},
                              {"n_future_positions", "Future positions", ParamType::Int, "tok", 1, 65536, "512",
                               "Positions behind the context whose rotation is averaged", kPaper, "", "", false},
                              kSinkParam,
                              {"epsilon", "Epsilon", ParamType::Float, "", 0, 1000, "0.000001",
                               "Added to the weight of every value in the capacity matrix", kPaper, "", "", false}};

/// Values that the weighted sum of all values cannot spare stay: leverage of each value, weighted by how much its key looks like what future
/// queries look for.
class CapPress final : public ScorerPress {
 public:
  explicit CapPress(const PressArgs& args)
      : ScorerPress(kCapRow.info, args),
        m_tau(float(args.number("tau"))),
        m_epsilon(float(args.number("epsilon"))),
        m_future(args.integer("n_future_positions")),
        m_sinks(args.integer("n_sink")) {}
  TraceNeeds needs() const override { return {.keys = true, .values = true, .queries = true}; }

  std::vector<std::string> begin(const RunContext& run) override {
    std::vector<std::string> notes = ScorerPress::begin(run);
    if (run.tokens <= m_sinks) {
      notes.push_back("n_sink=" + std::to_string(m_sinks) + " covers the context of " + std::to_string(run.tokens) + " tokens: the earliest stay");
    }
    return notes;
  }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    const int heads = run.shape.kvHeads, group = run.shape.group, dim = run.shape.headDim;
    if (t.tokens <= m_sinks) {
      for (int64_t i = 0; i < heads * t.tokens; ++i) out[i] = -float(i % t.tokens);
      return;
    }
    const std::vector<Rotation> rotation = meanRotation(t, m_future);
    const int64_t inner = t.tokens - m_sinks;
    std::vector<float> each(size_t(heads * group) * size_t(inner));  // of each query head
    forTasks(t, heads * group, [&](int q) {
      const int64_t first = (int64_t(q / group) * t.tokens + m_sinks) * dim;
      const std::vector<float> weights = weigh(t, run.shape, q, rotation, t.k + first);
      std::vector<float> shifted = weights;
      for (float& w : shifted) w += m_epsilon;
      std::vector<double> capacity = gram(t.v + first, inner, dim, shifted.data());
      for (int d = 0; d < dim; ++d) capacity[size_t(d) * size_t(dim + 1)] += 1;
      const std::vector<float> leverage = quadratic(t.v + first, inner, dim, inverseOf(std::move(capacity), dim));
      float* row = each.data() + int64_t(q) * inner;
      for (int64_t i = 0; i < inner; ++i) row[i] = weights[size_t(i)] * leverage[size_t(i)] / float(group);
    });
    for (int h = 0; h < heads; ++h) {
      float* row = out + h * t.tokens + m_sinks;
      std::fill(row, row + inner, 0.f);
      for (int g = 0; g < group; ++g) {
        const float* own = each.data() + int64_t(h * group + g) * inner;
        for (int64_t i = 0; i < inner; ++i) row[i] += own[i];
      }
    }
    putOnTop(out, heads, t.tokens, 0, m_sinks);
  }

 private:
  /// exp(tau (cos - max cos)) of each key with the query head's mean query, turned by the mean future rotation.
  std::vector<float> weigh(const LayerTrace& t, const HeadShape& shape, int q, const std::vector<Rotation>& rotation, const float* keys) const {
    const int dim = shape.headDim;
    const int64_t inner = t.tokens - m_sinks;
    std::vector<double> sum(size_t(dim), 0.0);
    for (int64_t i = m_sinks; i < t.tokens; ++i) {
      const float* row = t.q + (i * shape.queryHeads() + q) * dim;
      for (int d = 0; d < dim; ++d) sum[size_t(d)] += double(row[d]);
    }
    std::vector<float> mean(static_cast<size_t>(dim)), weights(static_cast<size_t>(inner));
    for (int d = 0; d < dim; ++d) mean[size_t(d)] = float(sum[size_t(d)] / double(inner));
    turnPairs(mean.data(), 1, rotation);
    const auto norm = [&](const float* x) {
      float squares = 0;
      for (int d = 0; d < dim; ++d) squares += x[d] * x[d];
      return std::max(std::sqrt(squares), 1e-12f);
    };
    const float length = norm(mean.data());
    for (int64_t i = 0; i < inner; ++i) {
      const float* key = keys + i * dim;
      float dot = 0;
      for (int d = 0; d < dim; ++d) dot += key[d] * mean[size_t(d)];
      weights[size_t(i)] = m_tau * std::clamp(dot / (length * norm(key)), -1.f, 1.f);
    }
    const float top = *std::max_element(weights.begin(), weights.end());
    for (float& w : weights) w = std::exp(w - top);
    return weights;
  }

  float m_tau, m_epsilon;
  int64_t m_future, m_sinks;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<CapPress>(args); }

}  // namespace

const PressRow kCapRow{{"cap", "CapKV", "Values that others cannot stand in for, where future queries look, stay", kPaper, kParams, false, false},
                       make};

}  // namespace presslab
