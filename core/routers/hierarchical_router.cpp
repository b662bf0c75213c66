// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/routers/expert_router.h"

namespace presslab {
namespace {

/// A softmax over groups, of which a token takes the best; inside each a softmax over its experts; the product is the probability. The loss is
/// that of the groups plus that of the experts. Requests are not counted as usage, as in the original.
class HierarchicalRouter final : public ExpertRouter {
 public:
  HierarchicalRouter(const RouterConfig& c, const RouterWeights& weights, kernels::Pool& pool)
      : ExpertRouter(c), m_groups(weights, "group_router", 0, 3, c.hidden, c.groups, pool) {
    for (int g = 0; g < c.groups; ++g) {
      m_inner.emplace_back(weights, "intra_group_routers." + std::to_string(g), 0, 2, c.hidden, c.experts / c.groups, pool);
    }
  }

  static void seed(const RouterConfig& c, uint64_t seed, RouterWeights& weights) {
    const int64_t half = std::max(1, c.hidden / 2), quarter = std::max(1, c.hidden / 4);
    seedLinear(weights, "group_router", 0, c.hidden, half, seed);
    seedLinear(weights, "group_router", 3, half, c.groups, seed);
    for (int g = 0; g < c.groups; ++g) {
      const std::string prefix = "intra_group_routers." + std::to_string(g);
      seedLinear(weights, prefix, 0, c.hidden, quarter, seed);
      seedLinear(weights, prefix, 2, quarter, c.experts / c.groups, seed);
    }
  }

 protected:
  void score(const Input& in, RouterStep& s) override {
    const int groups = m_config.groups, size = s.experts / groups;
    m_groupProbs.resize(size_t(s.tokens) * size_t(groups));
    m_groups.apply(in.hidden.data(), s.tokens, m_groupProbs.data(), in.pool);
    softmaxRows(m_groupProbs.data(), s.tokens, groups);
    std::vector<uint8_t> taken = takenGroups(s.tokens);
    std::vector<float> inner(size_t(s.tokens) * size_t(size));
    for (int g = 0; g < groups; ++g) {
      m_inner[size_t(g)].apply(in.hidden.data(), s.tokens, inner.data(), in.pool);
      softmaxRows(inner.data(), s.tokens, size);
      for (int64_t t = 0; t < s.tokens; ++t) {
        const auto cell = size_t(t * groups + g);
        const float p = taken[cell] ? m_groupProbs[cell] : 0.f;
        for (int e = 0; e < size; ++e) s.probs[size_t(t * s.experts + g * size + e)] = p * inner[size_t(t * size + e)];
      }
    }
  }

  void finish(RouterStep& s) override {
    s.auxLoss = switchLoss(m_groupProbs, m_groupRequests, s.tokens) + switchLoss(s.probs, s.requested, s.tokens);
  }

 private:
  /// (T, groups), 1 where a token takes the group; counts the requests.
  std::vector<uint8_t> takenGroups(int64_t tokens) {
    const int groups = m_config.groups;
    m_groupRequests.assign(size_t(groups), 0);
    std::vector<uint8_t> taken(size_t(tokens) * size_t(groups), 0);
    std::vector<int> order(static_cast<size_t>(groups));
    for (int64_t t = 0; t < tokens; ++t) {
      const float* p = m_groupProbs.data() + t * groups;
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return p[a] > p[b]; });
      for (int k = 0; k < m_config.groupTopK; ++k) {
        taken[size_t(t * groups + order[size_t(k)])] = 1;
        ++m_groupRequests[size_t(order[size_t(k)])];
      }
    }
    return taken;
  }

  RouterMlp m_groups;
  std::vector<RouterMlp> m_inner;
  std::vector<float> m_groupProbs;  // of the call under way
  std::vector<int64_t> m_groupRequests;
};

}  // namespace

const RouterRow kHierarchicalRouter{"hierarchical",
                                    [](const RouterConfig& c, const RouterWeights& w, kernels::Pool& p) -> std::unique_ptr<ExpertRouter> {
                                      return std::make_unique<HierarchicalRouter>(c, w, p);
                                    },
                                    HierarchicalRouter::seed};

}  // namespace presslab
