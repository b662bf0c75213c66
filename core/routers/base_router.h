// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/routers/expert_router.h"

namespace presslab {

/// probs = softmax(W2 relu(W1 h)), the hidden layer as wide as the model. Others build on its logits.
class BaseRouter : public ExpertRouter {
 public:
  BaseRouter(const RouterConfig&, const RouterWeights&, kernels::Pool&);
  static void seed(const RouterConfig&, uint64_t seed, RouterWeights&);

 protected:
  void score(const Input&, RouterStep&) override;
  /// Logits (T, E) into s.probs.
  void logits(const Input&, RouterStep& s) const;

 private:
  RouterMlp m_router;
};

/// Adds an importance per token (sigmoid of an MLP) and one top_k for the whole call: the argmax of a softmax over 1..top_k, read from the
/// mean hidden state and the mean importance.
class AdaptiveRouter : public BaseRouter {
 public:
  AdaptiveRouter(const RouterConfig&, const RouterWeights&, kernels::Pool&);
  static void seed(const RouterConfig&, uint64_t seed, RouterWeights&);

 protected:
  void score(const Input&, RouterStep&) override;
  void finish(RouterStep&) override;  // combine weights double where a token's importance is above the threshold
  void adapt(const Input&, RouterStep&) const;

 private:
  RouterMlp m_importance, m_topK;
};

}  // namespace presslab
