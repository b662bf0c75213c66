// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The CPU's cache under compression while decoding.
#include "core/engine/cpu_backend.h"
#include "core/engine/cpu_sequence.h"

namespace presslab {

std::span<const int32_t> CpuSequence::Held::slots(int l, int h) const { return s.m_cache.slots(l, h); }
bool CpuSequence::Held::isRing(int l, int h) const { return s.m_cache.isRing(l, h); }

void CpuSequence::Held::readRows(int l, int h, int64_t first, int64_t count, bool values, float* out) {
  const std::byte* from = values ? s.m_cache.vRow(l, h, first) : s.m_cache.kRow(l, h, first);
  kernels::convertToF32(s.m_cache.elem(), from, out, count * s.m_cache.headDim());
}

void CpuSequence::Held::writeValue(int l, int h, int64_t slot, const float* row) {
  kernels::convertFromF32(s.m_cache.elem(), row, s.m_cache.vRow(l, h, slot), s.m_cache.headDim());
}

void CpuSequence::Held::dropSlots(std::span<const DroppedSlot> dropped) {
  for (const DroppedSlot& d : dropped) s.m_cache.dropSlot(d.layer, d.head, d.slot);
}

void CpuSequence::Held::keepSlots(const std::vector<std::vector<int32_t>>& slots, int64_t newTokens) {
  s.m_cache.keepSlots(slots);
  s.m_cache.reserve(newTokens);
}

void CpuSequence::Held::describe(LayerTrace& t, int l) const {
  t.pool = &s.m_backend.pool();
  describeRotation(t, s.m_backend.config(), *s.m_rope, l);
}

}  // namespace presslab
