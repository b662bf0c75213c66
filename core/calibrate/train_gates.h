// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace presslab {

/// What one document contributes to one layer's router: tokens sampled outside the pins.
struct GateSample {
  int tokens = 0;
  std::vector<float> x;    // (tokens, hidden) normalised attention input
  std::vector<float> rho;  // (policies, kvHeads, tokens) ranks in (0, 1)
  std::vector<float> y;    // (kvHeads, tokens) target importance, each head sums to 1
};

struct GateTrainingSpec {
  int hidden = 0, kvHeads = 0, experts = 4, topK = 2;  // the first `experts` policies of the samples
  int steps = 400, balanceSteps = 60, tokensPerStep = 384;
  uint64_t seed = 0;  // differs by layer
};

struct Gates {
  std::vector<float> w;                // (hidden, experts)
  std::vector<float> c, bias;          // (experts)
  double firstLoss = 0, lastLoss = 0;  // mean of the first and last 20 steps
};

/// Trains one layer's router (routed-press.md section 2, step c): Adam on the target mass lost by the routed half alone, one document a
/// step, the integral balance bias beside it, then balance-only steps. Deterministic; single thread.
Gates trainGates(const std::vector<GateSample>& documents, const GateTrainingSpec&);

/// Loss of given gates on a sample and its gradient by the same formulas (null: loss alone); for tests. Selection uses z + bias.
double gateLoss(const GateSample&, const std::vector<int>& chosen, const GateTrainingSpec&, const Gates&, std::vector<float>* gradW,
                std::vector<float>* gradC, std::vector<int64_t>* load);

}  // namespace presslab
