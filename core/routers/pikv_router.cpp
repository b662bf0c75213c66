// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/routers/base_router.h"

namespace presslab {
namespace {

constexpr double kFullCache = 1000;  // kept tokens that count as a hit rate of 1

/// The adaptive router, its logits moved by tanh of an MLP over a sequence's mean hidden state and the experts' hit rates. Combine weights
/// are not doubled.
class PikvRouter final : public AdaptiveRouter {
 public:
  PikvRouter(const RouterConfig& c, const RouterWeights& weights, kernels::Pool& pool)
      : AdaptiveRouter(c, weights, pool), m_adjustment(weights, "cache_router_adjustment", 0, 2, c.hidden + c.experts, c.experts, pool) {
    const auto rates = weights.find("cache_hit_rates");
    if (rates == weights.end()) badInput("param.cache_hit_rates: is missing");
    if (rates->second.values.size() != size_t(c.experts)) {
      badInput("param.cache_hit_rates: has " + std::to_string(rates->second.values.size()) + " values for " + std::to_string(c.experts) + " experts");
    }
    m_hitRates = rates->second.values;
  }

  void keptTokens(int expert, int64_t kept) override { m_hitRates.at(size_t(expert)) = float(std::min(1., double(kept) / kFullCache)); }

 protected:
  void score(const Input& in, RouterStep& s) override {
    adapt(in, s);
    logits(in, s);
    if (m_config.cacheAware) adjust(in, s);
    softmaxRows(s.probs.data(), s.tokens, s.experts);
  }

  void finish(RouterStep& s) override { BaseRouter::finish(s); }

 private:
  void adjust(const Input& in, RouterStep& s) const {
    const size_t width = size_t(m_config.hidden), experts = size_t(s.experts);
    const int64_t length = s.tokens / in.sequences;
    std::vector<float> features(width + experts), shift(experts);
    std::copy(m_hitRates.begin(), m_hitRates.end(), features.begin() + std::ptrdiff_t(width));
    std::vector<double> mean(width);
    for (int64_t q = 0; q < in.sequences; ++q) {
      std::fill(mean.begin(), mean.end(), 0.);
      for (int64_t t = q * length; t < (q + 1) * length; ++t) {
        for (size_t j = 0; j < width; ++j) mean[j] += double(in.hidden[size_t(t) * width + j]);
      }
      for (size_t j = 0; j < width; ++j) features[j] = float(mean[j] / double(length));
      m_adjustment.apply(features.data(), 1, shift.data(), in.pool);
      for (int64_t t = q * length; t < (q + 1) * length; ++t) {
        for (size_t e = 0; e < experts; ++e) s.probs[size_t(t) * experts + e] += std::tanh(shift[e]);
      }
    }
  }

  RouterMlp m_adjustment;
  std::vector<float> m_hitRates;
};

void seed(const RouterConfig& c, uint64_t seedValue, RouterWeights& weights) {
  AdaptiveRouter::seed(c, seedValue, weights);
  seedLinear(weights, "cache_router_adjustment", 0, c.hidden + c.experts, c.hidden, seedValue);
  seedLinear(weights, "cache_router_adjustment", 2, c.hidden, c.experts, seedValue);
  weights["cache_hit_rates"] = {1, c.experts, std::vector<float>(size_t(c.experts), 0.f)};
}

}  // namespace

const RouterRow kPikvRouter{"pikv",
                            [](const RouterConfig& c, const RouterWeights& w, kernels::Pool& p) -> std::unique_ptr<ExpertRouter> {
                              return std::make_unique<PikvRouter>(c, w, p);
                            },
                            seed};

}  // namespace presslab
