// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/routers/base_router.h"

namespace presslab {
namespace {

constexpr double kCoefficient = .01;

/// How uneven the mean probabilities are, by PiKVpress's three measures. Its Gini leaves out the usual -1/E, so even experts give 1/E.
double imbalance(const std::string& mode, std::vector<double> mean) {
  const double n = double(mean.size());
  double total = 0;
  for (const double p : mean) total += p;
  if (mode == "entropy") {
    constexpr double kTiny = 1e-8;
    double entropy = 0;
    for (const double p : mean) entropy -= p * std::log(p + kTiny);
    return n > 1 ? 1 - entropy / std::log(n) : 0;
  }
  if (mode == "variance") {
    double sum = 0;
    for (const double p : mean) sum += (p - total / n) * (p - total / n);
    return n > 1 ? sum / (n - 1) : 0;
  }
  std::sort(mean.begin(), mean.end());
  double ranked = 0;
  for (size_t i = 0; i < mean.size(); ++i) ranked += double(i + 1) * mean[i];
  return 2 * ranked / (n * total) - 1;
}

/// The base router with a balance loss on the mean probabilities.
class TopKBalancedRouter final : public BaseRouter {
 public:
  using BaseRouter::BaseRouter;

 protected:
  void finish(RouterStep& s) override {
    BaseRouter::finish(s);
    std::vector<double> mean(size_t(s.experts), 0);
    for (size_t i = 0; i < s.probs.size(); ++i) mean[i % mean.size()] += double(s.probs[i]) / double(s.tokens);
    const double c = m_config.balanceCoefficient < 0 ? kCoefficient : m_config.balanceCoefficient;
    s.auxLoss += c * imbalance(m_config.balanceMode, std::move(mean));
  }
};

}  // namespace

const RouterRow kTopKBalancedRouter{"topk_balanced",
                                    [](const RouterConfig& c, const RouterWeights& w, kernels::Pool& p) -> std::unique_ptr<ExpertRouter> {
                                      return std::make_unique<TopKBalancedRouter>(c, w, p);
                                    },
                                    BaseRouter::seed};

}  // namespace presslab
