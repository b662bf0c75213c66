// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/api/metrics.h"
#include "core/press/device_layer.h"
#include "core/routers/expert_router.h"
#include "core/routers/load_balancer.h"

namespace presslab {

/// Balance of expert loads in the token router.
enum class Balance { Off, Upstream, Integral };

struct RouterSpec {
  int experts = 4, topK = 2;
  double capacityFactor = 1.25;
  Balance balance = Balance::Integral;
  double temperature = 1;  // upstream formula only
};

/// Where the tokens of one layer go.
struct Routing {
  int experts = 0;
  std::vector<float> probs;                         // (T, E) of an expert router, before its top_k; else empty
  std::vector<float> gates;                         // (T, E); a row sums to 1, or is the equal mean where the token was dropped
  std::vector<int64_t> tokens, displaced, dropped;  // (E)
  std::vector<std::vector<int32_t>> load;           // (E, steps of 64 positions)
  std::vector<double> bias, weight;                 // (E); weight: upstream's w after the last step
  double auxLoss = 0;                               // of an expert router
  int topK = 0;                                     // experts a token asked for
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

/// What an expert router decided, as a routing: gates are its combine weights, a token that no expert took has the equal mean.
Routing routingOf(const RouterStep&);

/// What a device counted, as a routing; its gates are empty, they stay there. bias may be empty.
Routing routingOf(const DeviceLoad&, const RouterSpec&, int64_t tokens, std::span<const float> bias);

/// Max/mean, coefficient of variation, normalised entropy, Gini and drops of one layer's loads.
BalanceMetrics balanceOf(int layer, const Routing&);

}  // namespace presslab
