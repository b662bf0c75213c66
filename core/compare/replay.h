// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/metrics.h"
#include "core/compare/method_run.h"

namespace presslab {

/// What a method keeps of the whole context, or why it refused.
struct KeepPlan {
  std::vector<LayerKeep> layers;
  std::string error;  // not empty: refused, layers is empty
  int64_t kept = 0;   // head-tokens
};

/// One context prefilled once with its full K and V; plans are applied to copies of that cache (design section 4, "Replay"). Prefill never
/// changes hidden states by a press, so a copy cut to a plan is the very cache that the method's own run held. Nothing here is timed.
/// Engine thread; every call tests the stop token between chunks and tokens and throws Failure(Cancelled).
class Replay {
 public:
  using Progress = std::function<void(double)>;  // 0..1, may be empty

  Replay(LoadedModel& model, const PromptIds& prompt) : m_model(model), m_prompt(prompt) {}

  /// Prefills, asking each press for its plan on the way; the first call keeps the full cache, later ones only make plans. A press that refuses
  /// leaves its reason in its plan.
  std::vector<KeepPlan> prefill(std::span<Press* const> presses, const RunContext& run, const Progress&, std::stop_token);
  /// Runs the full cache over the question and the continuation and keeps its logits: n - 1 positions after the first of n new tokens.
  /// continuation: n ids that every method is fed; empty: the full cache's own greedy ones.
  void teach(std::span<const int32_t> continuation, int newTokens, const Progress&, std::stop_token);
  const std::vector<int32_t>& continuation() const { return m_continuation; }

  /// Quality of a plan against the full cache, through the same kernels: the plan that keeps everything has exactly 0 divergence.
  QualityMetrics quality(std::span<const LayerKeep> layers, const Progress&, std::stop_token) const;
  /// A copy of the full cache cut to the plan, as it is right after compression; no layers: the full cache.
  std::unique_ptr<Sequence> cut(std::span<const LayerKeep> layers) const;
  /// Logits of the last context token.
  const std::vector<float>& lastLogits() const { return m_lastLogits; }
  /// Bytes that a copy cut to the plan holds, counted from its storages.
  int64_t bytes(std::span<const LayerKeep> layers) const;
  /// One pass of the full cache with its attention looked at: total and per-head share (heads: layer * kvHeads + head) of each plan.
  struct Share {
    double total = -1;
    std::vector<double> heads;
    std::vector<double> kept, all;  // the sums behind them: heads do not depend on each other, so plans can be put together from these
  };
  std::vector<Share> attention(std::span<const std::span<const LayerKeep>> plans, const Progress&, std::stop_token) const;

 private:
  std::unique_ptr<Sequence> asked(std::unique_ptr<Sequence>, std::stop_token) const;

  LoadedModel& m_model;
  const PromptIds& m_prompt;
  std::unique_ptr<Sequence> m_full;
  std::vector<float> m_lastLogits;  // of the context
  std::vector<int32_t> m_continuation;
  std::vector<float> m_logits;  // (n - 1, vocab) of the full cache
};

}  // namespace presslab
