// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "core/engine/gate_training.h"
#include "core/torch/torch_backend.h"

namespace presslab::torch_path {

/// DuoAttention's gate optimisation through LibTorch's autograd (core/engine/gate_training.h says what is trained). Made and used outside of
/// inference mode. One thread.
class GateTraining {
 public:
  GateTraining(const ModelFile&, const DuoGateJob&, const std::function<void(double)>& told, std::stop_token);
  DuoGateResult run();

 private:
  struct Masks {  // (T, T), true: hidden
    at::Tensor causal, sliding, streaming, slidingStreaming;
  };
  const Masks& masks(int64_t tokens);
  /// One layer on (T, hidden). alpha: (kvHeads), undefined: full attention.
  at::Tensor forward(int layer, const at::Tensor& x, const at::Tensor& alpha);
  at::Tensor attention(int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& alpha);
  /// Inputs of all layers, and what comes out of the last; nothing is recorded for gradients.
  std::vector<at::Tensor> states(const AnswerText&, const std::vector<float>* alpha);
  /// Normalised last hidden states at the places that predict the answer.
  at::Tensor answerStates(const at::Tensor& x, const AnswerText&) const;
  const at::Tensor& reference(size_t text);
  /// Loss of a text; gradient by alpha into m_result.gradient.
  double lossOf(size_t text);
  at::Tensor alphaOf(int layer, const std::vector<float>&) const;
  void testStop() const;

  const DuoGateJob& m_job;
  const std::function<void(double)>& m_told;
  std::stop_token m_stop;
  TorchBackend m_backend;
  HeadShape m_shape;
  TorchNorm m_outputNorm;
  std::vector<int> m_index;          // layer -> its place among those with gates, -1: bounded
  std::map<int64_t, Masks> m_masks;  // by tokens
  std::map<size_t, at::Tensor> m_reference;
  DuoGateResult m_result;
};

}  // namespace presslab::torch_path
