// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/torch/torch_backend.h"
#include "core/torch/torch_cache.h"

namespace presslab::torch_path {

/// One sequence of the LibTorch path. A Failure inside prefill or decode leaves it unusable; its owner drops it.
class TorchSequence final : public Sequence {
 public:
  explicit TorchSequence(TorchBackend&);
  void beginPrefill(std::span<const int32_t> ids, TraceNeeds) override;
  void prefillChunk(int layer, int64_t start, int64_t count) override;
  LayerTrace trace(int layer) override;
  void keep(int layer, const LayerKeep&) override;
  void endPrefill(float* lastLogits) override;
  void chunkLogits(int64_t start, int64_t count, float* out) override;
  void decode(int32_t id, float* logits, const AttentionTap& tap) override;
  int64_t position() const override { return m_position; }
  CacheBytes bytes() const override;
  int64_t headBytes(int layer, int head) const override { return m_cache.headBytes(layer, head); }
  int64_t headLength(int layer, int head) const override { return m_cache.length(layer, head); }
  std::vector<int32_t> positions(int layer, int head) const override { return m_cache.positions(layer, head); }
  std::unique_ptr<Sequence> clone() const override;
  void reserve(int64_t newTokens) override;

 private:
  TorchSequence(TorchBackend&, TorchCache, int64_t position);
  void record(int64_t start, const at::Tensor& x, const at::Tensor& norm, const at::Tensor& q);
  at::Tensor prefillAttention(int layer, const at::Tensor& q, int64_t start) const;
  at::Tensor decodeAttention(int layer, const at::Tensor& q, const AttentionTap& tap) const;
  at::Tensor feedForward(const at::Tensor& x, const LayerWeights&) const;
  void settleBounded();
  /// Queries, keys and values of (n, hidden) normalised rows, before the rotation: (n, heads, headDim) each.
  struct Projections {
    at::Tensor q, k, v;
  };
  Projections project(const at::Tensor& norm, const LayerWeights&) const;
  at::Tensor addBlock(const at::Tensor& x, const at::Tensor& block, const TorchNorm& post) const;

  TorchBackend& m_backend;
  TorchCache m_cache;
  std::shared_ptr<const TorchRope> m_rope;
  int64_t m_position = 0;

  // Prefill.
  bool m_prefilling = false;
  TraceNeeds m_needs;
  at::Tensor m_x;  // (T, hidden), the residual stream
  std::vector<float> m_traceOutput, m_traceQ, m_traceX, m_traceResidual, m_traceK, m_traceV;
  int64_t m_tokens = 0;
  int m_whole = -1;       // a bounded layer that stands whole until its trace has been read
  int64_t m_scratch = 0;  // bytes of all of it, reported also after it is freed
};

}  // namespace presslab::torch_path
