// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "core/compare/replay.h"
#include "core/eval/future_attention.h"
#include "core/eval/task.h"

namespace presslab {

/// One task instance: prefilled once with the full cache, then every method replayed on a copy of it. Engine thread; every call tests the stop
/// token between chunks and tokens and throws Failure(Cancelled).
class InstanceRun {
 public:
  InstanceRun(LoadedModel&, const TaskInstance&);

  /// Prefills; a plan for each press.
  std::vector<KeepPlan> prefill(std::span<Press* const>, const RunContext&, std::stop_token);
  /// The full cache's own run: the answer (scored tasks; up to the end of generation) or the logits of the given continuation. Fills the sample's
  /// measures of `none`, which has divergence 0 by definition here.
  void baseline(bool scored, EvalSample&, std::stop_token);
  /// One pass that looks at the full cache's attention. After baseline().
  const FutureAttention& attention(std::stop_token);
  /// A cache cut to the plan, on the same question: fed the baseline's continuation for divergence, and left to answer by itself for the score.
  void method(std::span<const LayerKeep>, bool scored, EvalSample&, std::stop_token) const;
  int64_t bytes(std::span<const LayerKeep> layers) const { return m_replay.bytes(layers); }
  /// Ids behind the context that the continuation's measures look from: question and continuation without its last token.
  std::vector<int32_t> following() const;

 private:
  std::unique_ptr<Sequence> ask(std::span<const LayerKeep>, std::vector<float>& first, std::stop_token) const;
  std::vector<int32_t> answer(Sequence&, int32_t token, size_t room, std::stop_token) const;
  std::string text(std::vector<int32_t> ids) const;

  LoadedModel& m_model;
  const TaskInstance& m_task;
  Replay m_replay;
  std::vector<int32_t> m_continuation;
  std::vector<float> m_logits;  // (n - 1, vocab): after each token of the continuation but the last
  std::unique_ptr<FutureAttention> m_attention;
};

/// Sum of negative log-likelihoods of the second half of a window by one forward pass, as llama-perplexity computes it. For windows that nothing
/// is compared with: faster than token by token.
void pplByForwardPass(LoadedModel&, const TaskInstance&, EvalSample&, std::stop_token);

}  // namespace presslab
