// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Compression while tokens are decoded: every so many tokens each head is cut to what its keeper chooses, and the bytes go back.
#include <algorithm>
#include <cstring>

#include "core/engine/cpu_backend.h"
#include "core/engine/cpu_sequence.h"

namespace presslab {

void CpuSequence::startDecodeKeeper(std::shared_ptr<const DecodeKeeper> keeper) {
  m_decodeKeeper = std::move(keeper);
  m_sinceCompression = 0;
  const ModelConfig& c = m_backend.config();
  m_queries.assign(size_t(c.layers) * size_t(m_decodeKeeper->queries) * size_t(c.heads * c.headDim), 0.f);
}

void CpuSequence::recordQuery(int l) {
  const ModelConfig& c = m_backend.config();
  const int64_t width = int64_t(c.heads) * c.headDim, count = m_decodeKeeper->queries;
  std::memcpy(m_queries.data() + (l * count + m_position % count) * width, m_token.q.data(), size_t(width) * sizeof(float));
}

std::vector<int32_t> CpuSequence::keptSlots(int l, int h) {
  const ModelConfig& c = m_backend.config();
  const std::span<const int32_t> slots = m_cache.slots(l, h);
  const int64_t n = int64_t(slots.size()), d = c.headDim;
  HeadShape one = m_backend.shape();
  one.kvHeads = 1;
  const int64_t own = int64_t(one.group) * d;
  std::vector<float> keys(size_t(n * d)), values, queries;
  kernels::convertToF32(m_cache.elem(), m_cache.kRow(l, h, 0), keys.data(), n * d);
  if (m_decodeKeeper->values) {
    values.resize(keys.size());
    kernels::convertToF32(m_cache.elem(), m_cache.vRow(l, h, 0), values.data(), n * d);
  }
  if (const int64_t count = m_decodeKeeper->queries; count > 0) {
    queries.resize(size_t(n * own));
    for (int64_t i = std::max<int64_t>(0, n - count); i < n; ++i) {
      const float* from = m_queries.data() + ((l * count + slots[size_t(i)] % count) * c.heads + h * one.group) * d;
      if (m_position - slots[size_t(i)] < std::min(count, m_sinceCompression)) std::memcpy(queries.data() + i * own, from, size_t(own) * sizeof(float));
    }
  }
  LayerTrace t;
  t.layer = l;
  t.tokens = n;
  t.k = keys.data();
  t.v = values.empty() ? nullptr : values.data();
  t.q = queries.empty() ? nullptr : queries.data();
  t.positions = slots.data();
  t.context = m_position + 1;
  t.firstHead = h;
  t.pool = &m_backend.pool();
  describeRotation(t, c, *m_rope, l);
  return m_decodeKeeper->keep(t, one);
}

/// Called at the end of a token, before its position is left.
void CpuSequence::compressHeld() {
  const ModelConfig& c = m_backend.config();
  std::vector<std::vector<int32_t>> slots(size_t(c.layers) * size_t(c.kvHeads));
  bool cut = false;
  for (int l = 0; l < c.layers; ++l) {
    for (int h = 0; h < c.kvHeads; ++h) {
      if (m_cache.isRing(l, h)) continue;
      std::vector<int32_t> kept = keptSlots(l, h);
      if (int64_t(kept.size()) == m_cache.length(l, h)) continue;
      slots[size_t(l * c.kvHeads + h)] = std::move(kept);
      cut = true;
    }
  }
  m_sinceCompression = 0;
  if (!cut) return;
  m_cache.keepSlots(slots);
  m_cache.reserve(m_decodeKeeper->every);
}

}  // namespace presslab
