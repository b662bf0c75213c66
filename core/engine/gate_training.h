// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/api/run_spec.h"
#include "core/format/model_file.h"

namespace presslab {

/// A text whose end is an answer that only the text before it tells.
struct AnswerText {
  std::vector<int32_t> ids;
  int64_t answer = 0;  // the answer is [answer, ids.size()); its tokens are predicted one place earlier
};

/// DuoAttention's training of head gates (arXiv 2410.10819, section 2.2): each KV head's output is alpha * full + (1 - alpha) * streaming attention;
/// the gates alone are trained, to leave the last hidden states of the answers as they are and to be small.
struct DuoGateJob {
  std::vector<AnswerText> texts;
  int steps = 40;                   // one text each, in a seeded order
  int64_t sink = 16, recent = 112;  // window of streaming attention; a token sees itself as the last of `recent`
  double rate = .05;                // Adam; rises over the first fifth of the steps and falls over the last
  double lambda = .05;              // weight of sum |alpha|
  std::vector<float> initial;       // (L, kvHeads) of the layers that presses see; empty: all 1
  uint64_t seed = 0;
  int threads = 0;  // 0: LibTorch's own choice
};
struct DuoGateResult {
  std::vector<float> alpha;     // (L, kvHeads), each in [0, 1]
  std::vector<double> loss;     // of each step before it is made: mean squared difference of the normalised last hidden states
  std::vector<float> gradient;  // of the last step's loss (without lambda) by alpha
};

/// told gets the share of steps that are done. Runs in the LibTorch module, on the CPU in float32: gradients of a layer are taken one layer at a
/// time from its stored input, so memory does not grow with depth. The same bits for the same number of threads. Throws Failure: Device when the
/// module is absent, BadInput for texts without an answer or with unknown ids, Cancelled between layers.
DuoGateResult trainDuoGates(const ModelFile&, const DuoGateJob&, const std::function<void(double)>& told, std::stop_token);

}  // namespace presslab
