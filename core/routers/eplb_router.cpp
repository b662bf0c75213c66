// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routers/base_router.h"
#include "core/routers/load_balancer.h"

namespace presslab {
namespace {

constexpr double kCoefficient = .1;

/// Logits times a weight per expert over the temperature; the weights follow the load of the last calls. The loss is the squared distance of
/// the requests from an even share.
class EplbRouter final : public BaseRouter {
 public:
  EplbRouter(const RouterConfig& c, const RouterWeights& weights, kernels::Pool& pool) : BaseRouter(c, weights, pool), m_balancer(c.experts) {}

 protected:
  void score(const Input& in, RouterStep& s) override {
    logits(in, s);
    const std::vector<float>& weight = m_balancer.weight();
    for (size_t i = 0; i < s.probs.size(); ++i) s.probs[i] *= weight[i % weight.size()] / float(m_config.temperature);
    softmaxRows(s.probs.data(), s.tokens, s.experts);
  }

  void finish(RouterStep& s) override {
    double total = 0, squares = 0;
    for (const int64_t n : s.requested) total += double(n);
    const double share = total / double(s.experts);
    for (const int64_t n : s.requested) squares += (double(n) - share) * (double(n) - share);
    s.auxLoss = (m_config.balanceCoefficient < 0 ? kCoefficient : m_config.balanceCoefficient) * squares / total;
    m_balancer.update(std::vector<float>(s.requested.begin(), s.requested.end()));
    s.expertWeights = m_balancer.weight();
  }

 private:
  UpstreamBalancer m_balancer;
};

}  // namespace

const RouterRow kEplbRouter{"eplb",
                            [](const RouterConfig& c, const RouterWeights& w, kernels::Pool& p) -> std::unique_ptr<ExpertRouter> {
                              return std::make_unique<EplbRouter>(c, w, p);
                            },
                            BaseRouter::seed};

}  // namespace presslab
