// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/routers/router_config.h"
#include "kernels/kernels.h"

namespace presslab {

/// What one call of a router decided about T tokens and E experts. Matrices are (T, E), row-major.
struct RouterStep {
  int64_t tokens = 0, capacity = 0;  // capacity: tokens of one expert at most
  int experts = 0, topK = 0;         // topK: experts a token asked for in this call
  std::vector<float> probs;          // before top_k
  std::vector<uint8_t> dispatched;   // 1: the token was taken by the expert
  std::vector<float> combine;        // weight of the expert's answer; 0 where not dispatched
  std::vector<int64_t> requested;    // (E) tokens that asked, before capacity
  std::vector<int32_t> choices;      // (T, topK) experts asked for, best first
  double auxLoss = 0;
  std::vector<float> importance;     // (T), adaptive and pikv
  std::vector<float> expertWeights;  // (E), eplb: after this call
};

/// Tokens to experts, as PiKVpress's routers do (reference: its modules; formulas in docs/routers.md). State of successive calls (load
/// history, usage) is the object's. One thread at a time; time and memory are linear in tokens.
class ExpertRouter {
 public:
  virtual ~ExpertRouter() = default;
  /// hidden: (sequences * length, config.hidden), one sequence after the other. Tokens are taken in this order until an expert is full.
  RouterStep route(std::span<const float> hidden, int64_t sequences, kernels::Pool&);
  const RouterConfig& config() const { return m_config; }
  /// (E) tokens that asked for each expert in all calls; stays 0 where the original counts none (eplb, hierarchical).
  const std::vector<int64_t>& usage() const { return m_usage; }
  /// What the last call's dominant expert kept of the cache, for the cache-aware router; others ignore it.
  virtual void keptTokens(int /*expert*/, int64_t /*kept*/) {}

 protected:
  explicit ExpertRouter(const RouterConfig&);
  struct Input {
    std::span<const float> hidden;
    int64_t sequences, tokens;
    kernels::Pool& pool;
  };
  /// Fills probs (and importance), and topK where the call adapts it.
  virtual void score(const Input&, RouterStep&) = 0;
  /// After dispatch: the balance loss, further weights, state. The common part is the Switch loss and the usage counts.
  virtual void finish(RouterStep&);
  /// E * sum_e mean probability * share of the requests: 1 when even (Fedus et al., 2101.03961).
  static double switchLoss(std::span<const float> probs, std::span<const int64_t> requested, int64_t tokens);

  RouterConfig m_config;
  std::vector<int64_t> m_usage;
};

/// One MLP Linear-ReLU-Linear, in float32.
class RouterMlp {
 public:
  /// Takes PREFIX.FIRST.weight, PREFIX.FIRST.bias, PREFIX.SECOND.* and checks their shapes: inputs -> any width -> outputs. Throws
  /// Failure(BadInput) naming the tensor.
  RouterMlp(const RouterWeights&, const std::string& prefix, int first, int second, int64_t inputs, int64_t outputs, kernels::Pool&);
  /// out: (rows, outputs) from x: (rows, inputs).
  void apply(const float* x, int64_t rows, float* out, kernels::Pool&) const;

 private:
  std::unique_ptr<kernels::Matrix> m_first, m_second;
  std::vector<float> m_firstBias, m_secondBias;
};

/// Rows of (T, E) logits to probabilities, in place.
void softmaxRows(float* z, int64_t rows, int64_t columns);

/// Throws Failure(BadInput) for unknown types, bad settings, missing tensors and wrong shapes.
std::unique_ptr<ExpertRouter> makeExpertRouter(const RouterConfig&, const RouterWeights&, kernels::Pool&);

/// A row of the table of routers, one file each.
struct RouterRow {
  std::string_view type;
  std::unique_ptr<ExpertRouter> (*make)(const RouterConfig&, const RouterWeights&, kernels::Pool&);
  void (*seed)(const RouterConfig&, uint64_t seed, RouterWeights&);  // adds what it needs
};
extern const RouterRow kBaseRouter, kTopKBalancedRouter, kAdaptiveRouter, kPikvRouter, kEplbRouter, kHierarchicalRouter;
std::span<const RouterRow* const> routerTable();

/// Adds one seeded Linear named PREFIX.PLACE.
void seedLinear(RouterWeights&, const std::string& prefix, int place, int64_t inputs, int64_t outputs, uint64_t seed);

}  // namespace presslab
