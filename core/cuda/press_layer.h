// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include "core/cuda/cuda_backend.h"
#include "core/cuda/cuda_cache.h"
#include "core/press/device_layer.h"

namespace presslab::cuda_path {

/// A prefilled layer as presses work on it. Attention of the latest queries is left by prefill attention in the same pass; queries and layer inputs
/// are recorded on the device where a press reads them. Norms, pools, ranks, mixes, selection and routing are our kernels; what is a product, a
/// softmax or a range goes through LibTorch. Room for one layer at a time.
class PressLayer final : public DeviceLayer {
 public:
  PressLayer(CudaBackend&, std::shared_ptr<const torch_path::TorchRope>, const DeviceNeeds&, int64_t tokens);

  // While the layer is filled.
  void recordWindow(cuda::PrefillAttentionArgs&) const;  ///< lets a chunk's attention leave the logits of its window queries
  float* queriesAt(int64_t start) const;                 ///< where the chunk's queries before rotation are wanted; null: nowhere
  float* inputAt(int64_t start) const;                   ///< likewise its normalised inputs
  /// The layer that has been filled. The cache outlives its use.
  void setLayer(int layer, CudaCache&);
  int64_t bytes() const;

  void keyNormScores() override;
  void keyDiffScores() override;
  void windowScores(int64_t queries, int pool, bool valueNorm, bool byCount) override;
  void tovaScores() override;
  void observedScores(bool valueNorm) override;
  void expectedScores(const ExpectedAttention&) override;
  void lagScores(const LagKv&) override;
  void recencyScores(int64_t sinks) override;
  void importanceScores(const float* weights) override;
  void putOnTop(int64_t from, int64_t to) override;
  void readScores(float* out) override;
  std::vector<std::vector<int32_t>> best(std::span<const int32_t> keep) override;
  std::vector<std::vector<int32_t>> bestOfLayer(int64_t mean, int64_t safe) override;
  void rank(int policy, int policies) override;
  void mixRanks(int policies, double shared) override;
  void applyPins(int64_t sinks, int64_t recent) override;
  void routerLogits(const float* w, const float* c, int experts, float* out) override;
  DeviceLoad route(int topK, int64_t capacity, std::span<const float> bias) override;
  int mostExperts() const override;
  void setGates(std::span<const float> gates) override;

 private:
  const ModelConfig& config() const { return m_backend.config(); }
  float* scores() const { return m_scores.mutable_data_ptr<float>(); }
  /// Current scores as (kvHeads, T).
  at::Tensor plane() const { return m_scores.view({config().kvHeads, m_tokens}); }
  at::Tensor keysOf(int head) const { return rowsOf(head, false); }
  at::Tensor rowsOf(int head, bool values) const;  ///< (T, headDim) float32
  at::Tensor valueNorms() const;                   ///< (kvHeads, T)
  at::Tensor upload(const float* from, int64_t count) const;
  /// Positions that a selection left, (rows, most) int32, of which keep[r] count.
  at::Tensor select(int rows, int64_t n, std::span<const int32_t> keep, int64_t most) const;
  at::Tensor queriesOf(int head) const;  ///< (group, T, headDim), before rotation
  [[noreturn]] void missing(const char* what) const;

  CudaBackend& m_backend;
  std::shared_ptr<const torch_path::TorchRope> m_rope;
  int64_t m_window, m_tokens;
  int m_layer = 0;
  const CudaCache* m_cache = nullptr;
  const cuda::HeadState* m_heads = nullptr;  // (kvHeads) of the layer, on the device
  at::Tensor m_raw;                          // (query heads, window, T): scaled q.k
  at::Tensor m_queries, m_input;             // (T, query heads, headDim), (T, hidden)
  at::Tensor m_scores;                       // (kvHeads, T)
  at::Tensor m_ranks;                        // int32 (policies, kvHeads, T)
  at::Tensor m_logits, m_gates;              // (T, experts)
};

}  // namespace presslab::cuda_path
