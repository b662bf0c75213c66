// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// Balance of expert loads in the token router.
enum class Balance { Off, Upstream, Integral };

struct RouterSpec {
  int experts = 4, topK = 2;
  double capacityFactor = 1.25;
  Balance balance = Balance::Integral;
  double temperature = 1;                   // upstream formula only
};

/// Where the tokens of one layer go.
struct Routing {
  int experts = 0;
  std::vector<float> gates;                 // (T, E); a row sums to 1, or is the equal mean where the token was dropped
  std::vector<int64_t> tokens, displaced, dropped;   // (E)
  std::vector<std::vector<int32_t>> load;   // (E, steps of 64 positions)
  std::vector<double> bias, weight;         // (E); weight: upstream's w after the last step
};

inline constexpr int64_t kLoadStep = 64;

/// logits[i, e] = x_i . W[:, e] + c_e. x: (T, hidden); w: (hidden, E) as stored; logits: (T, E).
void routerLogits(const float* x, int64_t tokens, int hidden, const float* w, const float* c, int experts, float* logits);

/// Tokens of an expert at most: ceil(factor * T * topK / E).
int64_t expertCapacity(const RouterSpec&, int64_t tokens);

/// Routes T tokens in position order (routed-press.md section 1.3): top_k of z + bias, gates the softmax of z over the chosen, a full
/// expert skipped for the next best. bias (E) is used with Balance::Integral, may be empty. Balance::Upstream multiplies z by
/// weights that follow the load, step of 64 tokens by step.
Routing routeTokens(const RouterSpec&, std::span<const float> logits, int64_t tokens, std::span<const float> bias);

/// Equal gates: every expert votes on every token.
Routing equalGates(int experts, int64_t tokens);

/// Upstream's weight update: w = clamp(.9 w + .1 (1 - (load - mean) / mean), .1, 2), load the mean of the last 50 steps.
class UpstreamBalancer {
 public:
  explicit UpstreamBalancer(int experts) : m_weight(size_t(experts), 1.f) {}
  void update(const std::vector<float>& stepLoad);   // tokens that asked for each expert in one step, before capacity
  const std::vector<float>& weight() const { return m_weight; }

 private:
  std::vector<float> m_weight;
  std::vector<std::vector<float>> m_history;
};

/// Max/mean, coefficient of variation, normalised entropy, Gini and drops of one layer's loads.
BalanceMetrics balanceOf(int layer, const Routing&);

}  // namespace presslab
