// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/cuda/cuda_backend.h"
#include "core/cuda/cuda_cache.h"
#include "core/cuda/press_layer.h"
#include "core/cuda/token_graph.h"
#include "core/press/decode_compression.h"

namespace presslab::cuda_path {

/// One sequence on a CUDA device. A Failure inside prefill or decode leaves it unusable; its owner drops it.
class CudaSequence final : public Sequence {
 public:
  explicit CudaSequence(CudaBackend&);
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
  /// A layer's matrices as cuBLAS takes them, while its chunks are filled.
  struct DenseLayer {
    int layer = -1;
    at::Tensor q, k, v, o, gate, up, down;
  };
  /// The cache as compression while decoding works on it: a keeper reads float32 copies of rows, what goes is moved on the device.
  struct Held final : HeldCache {
    explicit Held(CudaSequence& sequence) : s(sequence) {}
    std::span<const int32_t> slots(int layer, int head) const override { return s.m_cache.slots(layer, head); }
    bool isRing(int layer, int head) const override { return s.m_cache.isRing(layer, head); }
    void readRows(int layer, int head, int64_t first, int64_t count, bool values, float* out) override;
    void writeValue(int layer, int head, int64_t slot, const float* row) override { s.m_cache.writeValues(layer, head, slot, row); }
    void dropSlots(std::span<const DroppedSlot>) override;
    void keepSlots(const std::vector<std::vector<int32_t>>&, int64_t newTokens) override;
    void bringQueries(int layer, std::span<float> out) override;
    void describe(LayerTrace&, int layer) const override;
    CudaSequence& s;
  };
  CudaSequence(CudaBackend&, CudaCache, int64_t position);
  void startCompression(DecodeCompression);
  AttentionTap summed(const AttentionTap&);
  const DenseLayer& dense(int layer);
  at::Tensor attendRows(int layer, int64_t start, int64_t count, const at::Tensor& norm);
  void feedForwardRows(int layer, int64_t start, int64_t count, const at::Tensor& attended);
  void settleBounded();

  CudaBackend& m_backend;
  CudaCache m_cache;
  std::shared_ptr<const torch_path::TorchRope> m_rope;
  TokenGraph m_token;
  int64_t m_position = 0;
  std::optional<DecodeCompression> m_compression;  // while decoding
  at::Tensor m_queries;                            // (layers, queries of the keeper, query heads * headDim), written by the token's own launches
  std::vector<float> m_probs;                      // (query heads, slots) of a layer, where a keeper reads attention

  // Prefill.
  bool m_prefilling = false;
  TraceNeeds m_needs;
  std::unique_ptr<PressLayer> m_pressed;  // the layer being filled, when the press works on it where it is
  DenseLayer m_dense;
  at::Tensor m_x;    // (T, hidden), the residual stream
  at::Tensor m_bad;  // int32: first row of the chunk that is not finite
  std::vector<float> m_traceOutput, m_traceQ, m_traceX, m_traceResidual, m_traceK, m_traceV;
  int64_t m_tokens = 0;
  int m_whole = -1;       // a bounded layer that stands whole until its trace has been read
  int64_t m_scratch = 0;  // bytes of all of it, reported also after it is freed
};

}  // namespace presslab::cuda_path
