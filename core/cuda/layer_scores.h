// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include "core/cuda/cuda_backend.h"
#include "core/press/trace.h"

namespace presslab::cuda_path {

/// Attention of a layer's latest queries, left by prefill attention in the same pass, as the scores of window presses. Room for one layer at a time:
/// (query heads, window, tokens) float32 on the device.
class LayerScores final : public DeviceScores {
 public:
  LayerScores(CudaBackend&, int64_t window, int64_t tokens);
  /// Lets a chunk's attention leave the scores of its window queries.
  void record(cuda::PrefillAttentionArgs&) const;
  /// The layer that was filled last.
  void setLayer(const cuda::HeadState* heads) { m_heads = heads; }
  void window(int64_t queries, int pool, bool valueNorm, bool byCount, float* out) const override;
  int64_t bytes() const;

 private:
  CudaBackend& m_backend;
  int64_t m_window, m_tokens;
  at::Tensor m_raw;
  const cuda::HeadState* m_heads = nullptr;
};

}  // namespace presslab::cuda_path
