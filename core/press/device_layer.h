// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/press/scores.h"

namespace presslab {

/// Tokens of each expert as a device counted them; the fields of core/routed/router.h's Routing with these names.
struct DeviceLoad {
  std::vector<int32_t> taken, displaced, dropped;  // (experts)
  std::vector<int32_t> load;                       // (experts, steps of 64 tokens)
};

/// A layer whose keys, values and queries stay on a device, as a press works on it: scores, ranks, selection and routing there; positions and counts
/// come to the host. One set of scores, (kvHeads, T), is current: each ...Scores() replaces it. Belongs to a trace and lives as long; engine thread.
/// What DeviceNeeds did not ask for throws Failure(Failed) where it is wanted. Every member throws Failure(NoMemory) and Failure(Device).
class DeviceLayer {
 public:
  virtual ~DeviceLayer() = default;

  // The scores of scores.h and of the routed family's policies, with their arguments.
  virtual void keyNormScores() = 0;
  virtual void keyDiffScores() = 0;
  virtual void windowScores(int64_t queries, int pool, bool valueNorm, bool byCount) = 0;
  virtual void tovaScores() = 0;
  virtual void observedScores(bool valueNorm) = 0;
  virtual void expectedScores(const ExpectedAttention&) = 0;
  virtual void lagScores(const LagKv&) = 0;
  virtual void recencyScores(int64_t sinks) = 0;            ///< the position; the first `sinks` on top
  virtual void importanceScores(const float* weights) = 0;  ///< (kvHeads, hidden + 5) of the layer, as core/routed/policies.cpp reads them
  virtual void putOnTop(int64_t from, int64_t to) = 0;
  virtual void readScores(float* out) = 0;  ///< (kvHeads, T)

  /// Positions of the keep[h] highest scores of each head, ascending, by the rule of kernels::selectTop.
  virtual std::vector<std::vector<int32_t>> best(std::span<const int32_t> keep) = 0;
  /// Positions of each head among the kvHeads * mean highest scores of the layer, of which each head has its own best `safe` in any case.
  virtual std::vector<std::vector<int32_t>> bestOfLayer(int64_t mean, int64_t safe) = 0;

  // The routed family (core/routed/ranks.h, core/routed/router.h).
  /// The current scores' ascending places become ranks of policy `policy` of `policies`.
  virtual void rank(int policy, int policies) = 0;
  /// The ranks' mix becomes the current scores; gates are those of route() or setGates().
  virtual void mixRanks(int policies, double shared) = 0;
  virtual void applyPins(int64_t sinks, int64_t recent) = 0;
  /// x . w + c: w (hidden, experts), c (experts). Left there for route(); out (T, experts) or null.
  virtual void routerLogits(const float* w, const float* c, int experts, float* out) = 0;
  /// Experts of all tokens by the logits, without upstream's balance; the gates stay there. bias (experts) may be empty.
  virtual DeviceLoad route(int topK, int64_t capacity, std::span<const float> bias) = 0;
  virtual int mostExperts() const = 0;  ///< that route() takes
  /// Gates made on the host, (T, experts).
  virtual void setGates(std::span<const float> gates) = 0;
};

/// Lets the trace's device make scores, and brings them to `out` unless it is null. False: there is none.
template <class F>
bool scoredOnDevice(const ScoreLayer& l, float* out, F&& make) {
  if (!l.t.device) return false;
  make(*l.t.device);
  if (out) l.t.device->readScores(out);
  return true;
}

}  // namespace presslab
