// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Tokens read behind a cache that stays as it is: the layers of prefill, with one layer's rows copied beside those of the tokens.
#include <algorithm>
#include <cstring>

#include "core/engine/cpu_backend.h"
#include "core/engine/cpu_rows.h"
#include "core/engine/cpu_sequence.h"
#include "core/engine/session.h"

namespace presslab {

/// Every head holds every token, row i position i.
bool CpuSequence::holdsAll() const {
  const ModelConfig& c = m_backend.config();
  if (m_closedUp != 0) return false;
  for (int l = 0; l < c.layers; ++l)
    for (int h = 0; h < c.kvHeads; ++h)
      if (m_cache.isRing(l, h) || m_cache.length(l, h) != m_position || m_cache.view(l, h).blockRows > 0) return false;
  return true;
}

/// The layer's rows to the front of the reading's.
void CpuSequence::takeRows(int l) {
  const int kvHeads = m_backend.config().kvHeads;
  m_backend.pool().forEach(2 * kvHeads, [&](int job) {
    const bool values = job >= kvHeads;
    const int h = job % kvHeads;
    std::memcpy(m_reading->row(values, h, 0), values ? m_cache.vRow(l, h, 0) : m_cache.kRow(l, h, 0), size_t(m_position * m_reading->rowBytes));
  });
}

std::optional<ReadCost> CpuSequence::readBehind(std::span<const int32_t> ids, TraceNeeds needs, const ReadTap& tap, const std::stop_token& stop) {
  const ModelConfig& c = m_backend.config();
  if (m_prefilling || m_position == 0 || ids.empty() || !holdsAll()) return std::nullopt;
  const int64_t count = int64_t(ids.size()), scratch = m_scratch;
  checkStep(false, m_position + count - 1, c);
  for (const int32_t id : ids) checkId(id, c);
  struct Closing {
    CpuSequence& s;
    int64_t scratch;
    ~Closing() {
      s.closeScratch();
      s.m_reading.reset();
      s.m_scratch = scratch;
    }
  } const closing{*this, scratch};
  m_reading = std::make_unique<Reading>();
  m_reading->first = m_position;
  m_reading->tokens = m_tokens = m_position + count;
  m_reading->rowBytes = kernels::rowBytes(m_cache.elem(), c.headDim);
  m_reading->k.resize(c.kvHeads * m_tokens * m_reading->rowBytes);
  m_reading->v.resize(m_reading->k.size());
  m_needs = needs;
  openScratch(ids, m_position);
  const ReadCost cost{m_reading->k.size() + m_reading->v.size(), m_scratch};
  for (int l = 0; l < c.layers; ++l) {
    takeRows(l);
    for (int64_t at = 0; at < count; at += kPrefillChunk) {
      if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "reading the context again cancelled");
      layerChunk(l, at, std::min(kPrefillChunk, count - at));
    }
    tap(ReadLayer{trace(l), m_position});
  }
  return cost;
}

}  // namespace presslab
