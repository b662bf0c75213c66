// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A device's cache under compression while decoding.
#include <algorithm>
#include <utility>

#include "core/cuda/cuda_sequence.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {

void CudaSequence::startCompression(DecodeCompression compression) {
  const ModelConfig& c = m_backend.config();
  const int64_t count = compression.queries();
  m_compression.emplace(std::move(compression));
  m_queries = count > 0 ? m_backend.zeros(c.layers * count * c.heads * c.headDim) : at::Tensor();
  m_token.recordQueries(m_queries, count);
}

/// A tap that also adds up the attention for the keeper.
AttentionTap CudaSequence::summed(const AttentionTap& tap) {
  return [this, &tap](int l, int qh, std::span<const float> probs, std::span<const int32_t> positions) {
    const ModelConfig& c = m_backend.config();
    const int group = c.heads / c.kvHeads;
    int64_t longest = 0;
    for (int h = 0; h < c.kvHeads; ++h) longest = std::max(longest, m_cache.length(l, h));
    if (qh == 0) m_probs.assign(size_t(longest * c.heads), 0.f);
    std::copy(probs.begin(), probs.end(), m_probs.begin() + int64_t{qh} * longest);
    if (qh == c.kvHeads * group - 1) m_compression->addAttention(l, Held(*this), m_probs.data(), longest);
    if (tap) tap(l, qh, probs, positions);
  };
}

void CudaSequence::Held::readRows(int l, int h, int64_t first, int64_t count, bool values, float* out) {
  s.m_cache.readRows(l, h, first, count, values, out);
}

void CudaSequence::Held::dropSlots(std::span<const DroppedSlot> dropped) { s.m_cache.dropSlots(dropped); }

void CudaSequence::Held::keepSlots(const std::vector<std::vector<int32_t>>& slots, int64_t newTokens) {
  s.m_cache.keepSlots(slots, newTokens);
  s.m_cache.reserve(newTokens);
}

void CudaSequence::Held::bringQueries(int l, std::span<float> out) {
  cuda::copyToHost(out.data(), floats(s.m_queries) + int64_t(size_t(l) * out.size()), int64_t(out.size_bytes()), nullptr);
}

void CudaSequence::Held::describe(LayerTrace& t, int l) const { describeRotation(t, s.m_backend.config(), s.m_rope->host, l); }

}  // namespace presslab::cuda_path
