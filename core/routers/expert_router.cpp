// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routers/expert_router.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/api/error.h"

namespace presslab {
namespace {

constexpr double kTiny = 1e-8;  // keeps the renormalisation finite, as in the original

/// The topK most probable experts of each token, best first; equal: the lower expert.
void chooseExperts(RouterStep& s) {
  s.choices.resize(size_t(s.tokens) * size_t(s.topK));
  std::vector<int32_t> order(static_cast<size_t>(s.experts));
  for (int64_t t = 0; t < s.tokens; ++t) {
    const float* p = s.probs.data() + t * s.experts;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return p[a] > p[b]; });
    std::copy_n(order.begin(), s.topK, s.choices.begin() + t * s.topK);
  }
}

/// Takes tokens in order until an expert is full; what comes later is dropped there.
void dispatch(RouterStep& s) {
  const size_t cells = size_t(s.tokens) * size_t(s.experts);
  s.dispatched.assign(cells, 0);
  s.combine.assign(cells, 0.f);
  s.requested.assign(size_t(s.experts), 0);
  std::vector<int64_t> taken(size_t(s.experts), 0);
  for (int64_t t = 0; t < s.tokens; ++t) {
    const float* p = s.probs.data() + t * s.experts;
    const int32_t* chosen = s.choices.data() + t * s.topK;
    double sum = kTiny;
    for (int k = 0; k < s.topK; ++k) sum += double(p[chosen[k]]);
    for (int k = 0; k < s.topK; ++k) {
      const auto e = size_t(chosen[k]);
      ++s.requested[e];
      if (taken[e] >= s.capacity) continue;
      ++taken[e];
      s.dispatched[size_t(t) * size_t(s.experts) + e] = 1;
      s.combine[size_t(t) * size_t(s.experts) + e] = float(double(p[e]) / sum);
    }
  }
}

}  // namespace

ExpertRouter::ExpertRouter(const RouterConfig& config) : m_config(config), m_usage(size_t(config.experts), 0) {}

RouterStep ExpertRouter::route(std::span<const float> hidden, int64_t sequences, kernels::Pool& pool) {
  const int64_t width = m_config.hidden;
  if (hidden.empty() || int64_t(hidden.size()) % width != 0) {
    badInput("hidden states: " + std::to_string(hidden.size()) + " values are no rows of " + std::to_string(width));
  }
  const int64_t tokens = int64_t(hidden.size()) / width;
  if (sequences < 1 || tokens % sequences != 0) {
    badInput("hidden states: " + std::to_string(tokens) + " tokens are no " + std::to_string(sequences) + " sequences of equal length");
  }
  for (size_t i = 0; i < hidden.size(); ++i) {
    if (!std::isfinite(hidden[i])) badInput("hidden states: token " + std::to_string(int64_t(i) / width) + " has a value that is not finite");
  }
  RouterStep s;
  s.tokens = tokens;
  s.experts = m_config.experts;
  s.topK = m_config.topK;
  s.probs.resize(size_t(tokens) * size_t(s.experts));
  score({hidden, sequences, tokens, pool}, s);
  s.capacity = int64_t(double(tokens) * m_config.capacityFactor * s.topK / s.experts);
  chooseExperts(s);
  dispatch(s);
  finish(s);
  return s;
}

void ExpertRouter::finish(RouterStep& s) {
  s.auxLoss = switchLoss(s.probs, s.requested, s.tokens);
  for (size_t e = 0; e < m_usage.size(); ++e) m_usage[e] += s.requested[e];
}

double ExpertRouter::switchLoss(std::span<const float> probs, std::span<const int64_t> requested, int64_t tokens) {
  const size_t experts = requested.size();
  std::vector<double> mean(experts, 0);
  for (size_t i = 0; i < probs.size(); ++i) mean[i % experts] += double(probs[i]);
  const double asked = double(std::accumulate(requested.begin(), requested.end(), int64_t{0}));
  double loss = 0;
  for (size_t e = 0; e < experts; ++e) loss += mean[e] / double(tokens) * (double(requested[e]) / asked);
  return double(experts) * loss;
}

void softmaxRows(float* z, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r, z += columns) {
    const float top = *std::max_element(z, z + columns);
    double sum = 0;
    for (int64_t c = 0; c < columns; ++c) sum += double(z[c] = std::exp(z[c] - top));
    for (int64_t c = 0; c < columns; ++c) z[c] = float(double(z[c]) / sum);
  }
}

std::span<const RouterRow* const> routerTable() {
  static constexpr const RouterRow* kTable[] = {&kBaseRouter, &kTopKBalancedRouter, &kAdaptiveRouter,
                                                &kPikvRouter, &kEplbRouter,         &kHierarchicalRouter};
  return kTable;
}

namespace {

const RouterRow& rowOf(const std::string& type) {
  std::string names;
  for (const RouterRow* row : routerTable()) {
    if (row->type == type) return *row;
    names += (names.empty() ? "" : ", ") + std::string(row->type);
  }
  badInput("router_type: \"" + type + "\" is no router (" + names + ")");
}

}  // namespace

std::unique_ptr<ExpertRouter> makeExpertRouter(const RouterConfig& config, const RouterWeights& weights, kernels::Pool& pool) {
  checkRouterConfig(config);
  return rowOf(config.type).make(config, weights, pool);
}

RouterWeights seededRouterWeights(const RouterConfig& config, uint64_t seed) {
  checkRouterConfig(config);
  RouterWeights weights;
  rowOf(config.type).seed(config, seed, weights);
  return weights;
}

}  // namespace presslab
