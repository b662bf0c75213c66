// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routers/router_config.h"

#include <cmath>

#include "core/api/error.h"
#include "core/routers/expert_router.h"

namespace presslab {
namespace {

constexpr int kMostExperts = 1024, kMostHidden = 1 << 16;

void requireRange(const char* name, int value, int low, int high) {
  if (value < low || value > high) {
    badInput(std::string(name) + ": " + std::to_string(value) + " (" + std::to_string(low) + " to " + std::to_string(high) + ")");
  }
}

void requirePositive(const char* name, double value) {
  if (!(value > 0) || !std::isfinite(value)) badInput(std::string(name) + ": " + std::to_string(value) + " (above 0 and finite)");
}

/// splitmix64; the stream of a tensor depends on its name, so that adding one changes no other.
class Stream {
 public:
  explicit Stream(uint64_t seed, const std::string& name) : m_state(seed) {
    for (const char c : name) m_state = (m_state ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  }
  double uniform() {
    uint64_t z = m_state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (double((z ^ (z >> 31)) >> 11) + .5) * 0x1p-53;
  }

 private:
  uint64_t m_state;
};

}  // namespace

void checkRouterConfig(const RouterConfig& c) {
  requireRange("hidden_size", c.hidden, 1, kMostHidden);
  requireRange("num_experts", c.experts, 1, kMostExperts);
  requireRange("top_k", c.topK, 1, c.experts);
  requirePositive("capacity_factor", c.capacityFactor);
  requirePositive("temperature", c.temperature);
  if (!std::isfinite(c.balanceCoefficient)) badInput("balance_coefficient: is not finite");
  if (c.balanceMode != "entropy" && c.balanceMode != "variance" && c.balanceMode != "gini")
    badInput("balance_mode: \"" + c.balanceMode + "\" (entropy, variance, gini)");
  if (c.type != "hierarchical") return;
  requireRange("num_groups", c.groups, 1, c.experts);
  if (c.experts % c.groups != 0) {
    badInput("num_groups: " + std::to_string(c.experts) + " experts do not divide into " + std::to_string(c.groups) + " groups");
  }
  requireRange("group_top_k", c.groupTopK, 1, c.groups);
}

void seedLinear(RouterWeights& weights, const std::string& prefix, int place, int64_t inputs, int64_t outputs, uint64_t seed) {
  const double bound = 1 / std::sqrt(double(inputs));
  const auto fill = [&](const char* part, int64_t rows, int64_t cols) {
    const std::string name = prefix + "." + std::to_string(place) + part;
    Stream stream(seed, name);
    RouterTensor t{rows, cols, std::vector<float>(size_t(rows * cols))};
    for (float& v : t.values) v = float((2 * stream.uniform() - 1) * bound);
    weights[name] = std::move(t);
  };
  fill(".weight", outputs, inputs);
  fill(".bias", 1, outputs);
}

}  // namespace presslab
