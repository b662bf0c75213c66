// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// One layer of the routed family: its tokens to experts, the experts' ranks to kept positions; on the host, or where the layer is.
#include <algorithm>

#include "core/press/device_layer.h"
#include "core/routed/policies.h"
#include "core/routed/ranks.h"
#include "core/routed/routed_press.h"
#include "kernels/kernels.h"

namespace presslab {

TraceNeeds RoutedPress::needs() const {
  TraceNeeds n;
  n.keys = n.values = n.queries = n.input = true;
  return n;
}

DeviceNeeds RoutedPress::deviceNeeds() const {
  DeviceNeeds needs = m_layerDispatch ? DeviceNeeds{.able = true} : policyDeviceNeeds(m_experts, m_run.tokens);
  needs.hostInput = m_expertRouter != nullptr;
  needs.input = needs.input || (!m_expertRouter && (m_trainedGates || !m_seeded.gateW.empty()));
  return needs;
}

std::vector<float> RoutedPress::layerLogits(const LayerTrace& t) const {
  const ExpertSet& set = m_trainedGates ? *m_set : m_seeded;
  const size_t experts = m_experts.size(), hidden = size_t(m_run.shape.hidden), layer = size_t(t.layer);
  const float *w = set.gateW.data() + layer * hidden * experts, *c = set.gateC.data() + layer * experts;
  std::vector<float> logits(size_t(t.tokens) * experts);
  if (t.device)
    t.device->routerLogits(w, c, int(experts), logits.data());
  else
    routerLogits(t.x, t.tokens, int(hidden), w, c, int(experts), logits.data());
  return logits;
}

RouterStep RoutedPress::routeByExpertRouter(const LayerTrace& t) {
  const std::span<const float> states(t.x, size_t(t.tokens) * size_t(m_run.shape.hidden));
  if (t.pool) return m_expertRouter->route(states, 1, *t.pool);
  kernels::Pool alone(1);
  return m_expertRouter->route(states, 1, alone);
}

/// By the trained or seeded gates. Upstream's balance goes token by token on the host; of the others a device takes everything itself.
Routing RoutedPress::routeByGates(const LayerTrace& t) const {
  const size_t experts = m_experts.size();
  std::span<const float> bias;
  if (m_trainedGates) bias = std::span<const float>(m_set->gateBias).subspan(size_t(t.layer) * experts, experts);
  if (!t.device || m_layerDispatch || m_router.balance == Balance::Upstream || int(experts) > t.device->mostExperts())
    return routeTokens(m_router, layerLogits(t), t.tokens, bias);
  const ExpertSet& set = m_trainedGates ? *m_set : m_seeded;
  const size_t hidden = size_t(m_run.shape.hidden), layer = size_t(t.layer);
  t.device->routerLogits(set.gateW.data() + layer * hidden * experts, set.gateC.data() + layer * experts, int(experts), nullptr);
  if (m_router.balance != Balance::Integral) bias = {};
  return routingOf(t.device->route(m_router.topK, expertCapacity(m_router, t.tokens), bias), m_router, t.tokens, bias);
}

Routing RoutedPress::route(const LayerTrace& t) {
  const size_t experts = m_experts.size();
  if (m_expertRouter) {
    RouterStep step = routeByExpertRouter(t);
    Routing r = routingOf(step);
    r.probs = std::move(step.probs);
    if (m_shared >= 1) std::fill(r.gates.begin(), r.gates.end(), 1.f / float(experts));
    return r;
  }
  if (m_shared >= 1 || (!m_trainedGates && m_seeded.gateW.empty())) return equalGates(int(experts), t.tokens);
  return routeByGates(t);
}

std::vector<std::vector<int32_t>> RoutedPress::bestByRanks(const LayerTrace& t, const Routing& routing) const {
  const HeadShape& shape = m_run.shape;
  const auto first = m_quotas.begin() + int64_t{t.layer} * shape.kvHeads;
  const std::vector<int32_t> keep(first, first + shape.kvHeads);  // 0 of streaming heads
  std::vector<std::vector<int32_t>> best(keep.size());
  if (std::all_of(keep.begin(), keep.end(), [](int32_t n) { return n == 0; })) return best;
  if (t.device) {
    if (!routing.gates.empty()) t.device->setGates(routing.gates);
    policyRanksOnDevice(m_experts, t, shape, m_pattern);
    t.device->mixRanks(int(m_experts.size()), m_shared);
    t.device->applyPins(kPinnedSinks, kPinnedRecent);
    return t.device->best(keep);
  }
  const std::vector<int32_t> ranks = policyRanks(m_experts, t, shape, m_pattern);
  std::vector<float> score(size_t(shape.kvHeads) * size_t(t.tokens));
  mixRanks(ranks.data(), int(m_experts.size()), shape.kvHeads, t.tokens, routing.gates.data(), m_shared, score.data());
  for (size_t h = 0; h < keep.size(); ++h) {
    float* row = score.data() + h * size_t(t.tokens);
    applyPins(row, t.tokens);
    best[h].resize(size_t(keep[h]));
    if (keep[h] > 0) kernels::selectTop(row, t.tokens, keep[h], best[h].data());
  }
  return best;
}

void RoutedPress::keepByToken(const LayerTrace& t, const Routing& routing, LayerKeep& layer) const {
  std::vector<std::vector<int32_t>> best = bestByRanks(t, routing);
  for (size_t h = 0; h < best.size(); ++h) {
    if (m_streamIndex[size_t(t.layer * m_run.shape.kvHeads) + h] >= 0) {
      layer.heads.push_back(streamingHead(t.tokens, m_budget.sink, m_budget.recent));
      continue;
    }
    HeadKeep head;
    head.kind = HeadKind::Routed;
    head.positions = std::move(best[h]);
    layer.heads.push_back(std::move(head));
  }
}

}  // namespace presslab
