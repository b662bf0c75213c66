// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

#include "core/cuda/cuda_backend.h"
#include "core/cuda/cuda_cache.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {

/// The launches of one decoded token, captured once as a CUDA graph: five a layer, one before and one behind. Lengths, positions and addresses of
/// the cache live on the device, so the graph stays valid while the cache grows; it is captured again when the number of work items must grow
/// (it doubles) or the rotary tables have moved. Belongs to one sequence and its thread.
class TokenGraph {
 public:
  explicit TokenGraph(CudaBackend&);
  ~TokenGraph();
  TokenGraph(const TokenGraph&) = delete;
  TokenGraph& operator=(const TokenGraph&) = delete;

  /// Decodes one token whose slots cache.advanceAll() has prepared. logits: (vocab) on the host, or null. With a tap the launches are made one by
  /// one and the probabilities of each layer are read back. Throws Failure(Failed) at the first value that is not finite.
  void run(int32_t id, int64_t position, CudaCache& cache, const torch_path::TorchRope& rope, float* logits, const AttentionTap& tap);
  /// From the next token on each layer's queries before their rotation stay in `to`, (layers, count, query heads, headDim): the token at position p
  /// in row p mod count.
  void recordQueries(at::Tensor to, int64_t count);
  /// Logits of one row of the residual stream (hidden floats on the device).
  void logitsOf(const float* row, float* logits, int64_t position);
  /// Bytes of its buffers.
  int64_t bytes() const;

 private:
  struct Buffers;
  void prepare(int64_t rows);
  void launchLayer(int layer, CudaCache&, cuda::HeadState* heads, const torch_path::TorchRope&, cuda::Stream, float* scores, int64_t stride);
  void launchHead(cuda::Stream);
  void launchBegin(cuda::HeadState* heads, cuda::Stream);
  void runGraph(CudaCache&, const torch_path::TorchRope&, bool withLogits);
  void runTapped(CudaCache&, const torch_path::TorchRope&, bool withLogits, const AttentionTap& tap);
  void finish(int64_t position, float* logits);

  CudaBackend& m_backend;
  std::unique_ptr<Buffers> d;
  cuda::Stream m_stream = nullptr;
  int m_items = 0;
  at::Tensor m_record;  // of recordQueries()
  int64_t m_recorded = 0;
  struct Captured {
    std::unique_ptr<cuda::Graph> graph;
    int items = 0;
    const void *heads = nullptr, *tables = nullptr, *record = nullptr;
    kernels::KvForm form = kernels::KvForm::None;
  };
  Captured m_captured[2];  // without and with logits
};

}  // namespace presslab::cuda_path
