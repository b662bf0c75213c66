// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/torch/torch_backend.h"

namespace presslab::torch_path {

int cudaDeviceCount();

/// One sequence of the LibTorch path. A layer is dense while it is filled; after keep() each head owns its rows.
class TorchSequence final : public Sequence {
 public:
  explicit TorchSequence(TorchBackend& backend) : m_backend(&backend), m_layers(size_t(backend.config().layers)) {}
  void beginPrefill(std::span<const int32_t> ids, TraceNeeds) override;
  void prefillChunk(int layer, int64_t start, int64_t count) override;
  LayerTrace trace(int layer) override;
  void keep(int layer, const LayerKeep&) override;
  void endPrefill(float* lastLogits) override;
  void chunkLogits(int64_t start, int64_t count, float* out) override;
  void decode(int32_t id, float* logits, const AttentionTap& tap) override;
  int64_t position() const override { return m_position; }
  CacheBytes bytes() const override;
  int64_t headBytes(int layer, int head) const override;
  int64_t headLength(int layer, int head) const override;
  std::vector<int32_t> positions(int layer, int head) const override;
  std::unique_ptr<Sequence> clone() const override;
  void reserve(int64_t newTokens) override { m_reserve = newTokens; }

 private:
  struct Head {
    at::Tensor k, v;                  // (capacity, headDim) of the cache's type; the first positions.size() rows are in use
    std::vector<int32_t> positions;   // of each row, in storage order
    bool ring = false;
    int64_t sink = 0, recent = 0, next = 0;  // next: row of the ring that is overwritten next
  };
  struct Layer {
    at::Tensor k, v;                  // dense (kvHeads, T, headDim) until keep(); then undefined
    std::vector<Head> heads;
  };
  at::Tensor attend(Layer&, const at::Tensor& q, int layer, const AttentionTap&) const;
  void append(Head&, const at::Tensor& k, const at::Tensor& v);
  at::Tensor feedForward(const at::Tensor& x, const LayerWeights&) const;
  void split(Layer&) const;
  void notePeak();

  TorchBackend* m_backend;
  std::vector<Layer> m_layers;
  TraceNeeds m_needs;
  at::Tensor m_x;                     // (T, hidden) residual stream during prefill
  std::vector<float> m_traceQ, m_traceX, m_traceResidual, m_traceK, m_traceV;
  int64_t m_tokens = 0, m_position = 0, m_reserve = 0, m_peak = 0;
};

}  // namespace presslab::torch_path
