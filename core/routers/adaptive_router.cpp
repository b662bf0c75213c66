// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/routers/base_router.h"

namespace presslab {

AdaptiveRouter::AdaptiveRouter(const RouterConfig& c, const RouterWeights& weights, kernels::Pool& pool)
    : BaseRouter(c, weights, pool),
      m_importance(weights, "importance_predictor", 0, 3, c.hidden, 1, pool),
      m_topK(weights, "top_k_predictor", 0, 2, c.hidden + 1, c.topK, pool) {}

void AdaptiveRouter::seed(const RouterConfig& c, uint64_t seed, RouterWeights& weights) {
  const int64_t half = std::max(1, c.hidden / 2), quarter = std::max(1, c.hidden / 4);
  BaseRouter::seed(c, seed, weights);
  seedLinear(weights, "importance_predictor", 0, c.hidden, half, seed);
  seedLinear(weights, "importance_predictor", 3, half, 1, seed);
  seedLinear(weights, "top_k_predictor", 0, c.hidden + 1, quarter, seed);
  seedLinear(weights, "top_k_predictor", 2, quarter, c.topK, seed);
}

void AdaptiveRouter::adapt(const Input& in, RouterStep& s) const {
  s.importance.resize(size_t(s.tokens));
  m_importance.apply(in.hidden.data(), s.tokens, s.importance.data(), in.pool);
  const size_t width = size_t(m_config.hidden);
  std::vector<double> mean(width + 1, 0);
  for (int64_t t = 0; t < s.tokens; ++t) {
    float& importance = s.importance[size_t(t)];
    importance = 1 / (1 + std::exp(-importance));
    for (size_t j = 0; j < width; ++j) mean[j] += double(in.hidden[size_t(t) * width + j]);
    mean[width] += double(importance);
  }
  std::vector<float> features(width + 1), score(static_cast<size_t>(m_config.topK));
  for (size_t j = 0; j <= width; ++j) features[j] = float(mean[j] / double(s.tokens));
  m_topK.apply(features.data(), 1, score.data(), in.pool);
  s.topK = int(std::max_element(score.begin(), score.end()) - score.begin()) + 1;
}

void AdaptiveRouter::score(const Input& in, RouterStep& s) {
  adapt(in, s);
  BaseRouter::score(in, s);
}

void AdaptiveRouter::finish(RouterStep& s) {
  BaseRouter::finish(s);
  for (int64_t t = 0; t < s.tokens; ++t) {
    if (double(s.importance[size_t(t)]) <= m_config.importanceThreshold) continue;
    for (int e = 0; e < s.experts; ++e) s.combine[size_t(t * s.experts + e)] *= 2;
  }
}

const RouterRow kAdaptiveRouter{"adaptive",
                                [](const RouterConfig& c, const RouterWeights& w, kernels::Pool& p) -> std::unique_ptr<ExpertRouter> {
                                  return std::make_unique<AdaptiveRouter>(c, w, p);
                                },
                                AdaptiveRouter::seed};

}  // namespace presslab
