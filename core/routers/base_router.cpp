// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routers/base_router.h"

namespace presslab {

BaseRouter::BaseRouter(const RouterConfig& c, const RouterWeights& weights, kernels::Pool& pool)
    : ExpertRouter(c), m_router(weights, "router", 0, 3, c.hidden, c.experts, pool) {}

void BaseRouter::seed(const RouterConfig& c, uint64_t seed, RouterWeights& weights) {
  seedLinear(weights, "router", 0, c.hidden, c.hidden, seed);
  seedLinear(weights, "router", 3, c.hidden, c.experts, seed);
}

void BaseRouter::logits(const Input& in, RouterStep& s) const { m_router.apply(in.hidden.data(), in.tokens, s.probs.data(), in.pool); }

void BaseRouter::score(const Input& in, RouterStep& s) {
  logits(in, s);
  softmaxRows(s.probs.data(), s.tokens, s.experts);
}

const RouterRow kBaseRouter{"base",
                            [](const RouterConfig& c, const RouterWeights& w, kernels::Pool& p) -> std::unique_ptr<ExpertRouter> {
                              return std::make_unique<BaseRouter>(c, w, p);
                            },
                            BaseRouter::seed};

}  // namespace presslab
