// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// Settings of an expert router, named as in PiKVpress. What a type does not use is ignored by it.
struct RouterConfig {
  std::string type = "base";  // base, topk_balanced, adaptive, pikv, eplb, hierarchical
  int hidden = 0, experts = 4, topK = 2;
  double capacityFactor = 1.5;
  double temperature = 1;               // eplb: divides the logits
  double balanceCoefficient = -1;       // of the balance loss; negative: .01 for topk_balanced, .1 for eplb
  std::string balanceMode = "entropy";  // topk_balanced: entropy, variance, gini
  double importanceThreshold = .5;      // adaptive: tokens above it weigh twice
  int groups = 2, groupTopK = 1;        // hierarchical
  bool cacheAware = true;               // pikv: logits follow the hit rates
};

/// A stored parameter, row-major; a vector has rows 1.
struct RouterTensor {
  int64_t rows = 0, cols = 0;
  std::vector<float> values;
};

/// Parameters by PiKVpress's names ("router.0.weight" of (out, in), "router.0.bias", ...).
using RouterWeights = std::map<std::string, RouterTensor, std::less<>>;

/// Checks the settings against each other. Throws Failure(BadInput) naming the setting and its limit.
void checkRouterConfig(const RouterConfig&);

/// Seeded weights of every layer that the type has: uniform in +-1/sqrt(inputs), as torch's Linear starts; hit rates 0.
RouterWeights seededRouterWeights(const RouterConfig&, uint64_t seed);

}  // namespace presslab
