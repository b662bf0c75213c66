// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Compression while tokens are decoded: every so many tokens each head is cut to what its keeper chooses, and the bytes go back.
#include <algorithm>
#include <cstring>

#include "core/engine/cpu_backend.h"
#include "core/engine/cpu_sequence.h"

namespace presslab {

/// What goes at the end of a token.
struct CpuSequence::Cuts {
  std::vector<std::vector<int32_t>> kept;  // layer * kvHeads + head; empty: the head stays as it is
  bool any = false;
};

/// The rows of one layer, as a keeper sees them.
class CpuSequence::HeldRows final : public HeldLayer {
 public:
  HeldRows(CpuSequence& sequence, int l) : m_sequence(sequence) {
    layer = l;
    heads = sequence.m_backend.config().kvHeads;
    position = sequence.m_position;
    since = sequence.m_since[size_t(l)];
  }
  std::span<const int32_t> positions(int head) const override { return m_sequence.m_cache.slots(layer, head); }
  std::span<const float> attention(int head) const override {
    if (m_sequence.m_attended.empty()) return {};
    return m_sequence.m_attended[size_t(layer * heads + head)];
  }
  LayerTrace rows(int head, int64_t first, int64_t count) override { return m_sequence.heldRows(layer, head, first, count); }

 private:
  CpuSequence& m_sequence;
};

void CpuSequence::startDecodeKeeper(std::shared_ptr<const DecodeKeeper> keeper) {
  m_decodeKeeper = std::move(keeper);
  m_layerKeeper = dynamic_cast<const LayerKeeper*>(m_decodeKeeper.get());
  const ModelConfig& c = m_backend.config();
  m_since.assign(size_t(c.layers), 0);
  m_queries.assign(size_t(c.layers) * size_t(m_decodeKeeper->queries) * size_t(c.heads * c.headDim), 0.f);
  m_attended.assign(m_layerKeeper && m_layerKeeper->attention ? size_t(c.layers) * size_t(c.kvHeads) : 0, {});
}

void CpuSequence::recordQuery(int l) {
  const ModelConfig& c = m_backend.config();
  const int64_t width = int64_t(c.heads) * c.headDim, count = m_decodeKeeper->queries;
  std::memcpy(m_queries.data() + (l * count + m_position % count) * width, m_token.q.data(), size_t(width) * sizeof(float));
}

/// The newest token's attention, mean over the group, onto what the slots have got before.
void CpuSequence::addAttention(int l) {
  const ModelConfig& c = m_backend.config();
  const int group = c.heads / c.kvHeads;
  const size_t stride = m_probs.size() / size_t(c.heads);
  for (int h = 0; h < c.kvHeads; ++h) {
    if (m_cache.isRing(l, h)) continue;
    std::vector<float>& sums = m_attended[size_t(l * c.kvHeads + h)];
    sums.resize(size_t(m_cache.length(l, h)), 0.f);
    for (size_t i = 0; i < sums.size(); ++i) {
      float sum = 0;
      for (int g = 0; g < group; ++g) sum += m_probs[size_t(h * group + g) * stride + i];
      sums[i] += sum / float(group);
    }
  }
}

LayerTrace CpuSequence::heldRows(int l, int h, int64_t first, int64_t n) {
  const ModelConfig& c = m_backend.config();
  const std::span<const int32_t> slots = m_cache.slots(l, h).subspan(size_t(first), size_t(n));
  const int64_t d = c.headDim;
  const int group = c.heads / c.kvHeads;
  const int64_t own = int64_t(group) * d;
  m_heldK.resize(size_t(n * d));
  m_heldV.resize(m_decodeKeeper->values ? m_heldK.size() : 0);
  kernels::convertToF32(m_cache.elem(), m_cache.kRow(l, h, first), m_heldK.data(), n * d);
  if (m_decodeKeeper->values) kernels::convertToF32(m_cache.elem(), m_cache.vRow(l, h, first), m_heldV.data(), n * d);
  if (const int64_t count = m_decodeKeeper->queries; count > 0) {
    m_heldQ.assign(size_t(n * own), 0.f);
    for (int64_t i = std::max<int64_t>(0, n - count); i < n; ++i) {
      const float* from = m_queries.data() + ((l * count + slots[size_t(i)] % count) * c.heads + h * group) * d;
      if (m_position - slots[size_t(i)] < std::min(count, m_since[size_t(l)]))
        std::memcpy(m_heldQ.data() + i * own, from, size_t(own) * sizeof(float));
    }
  }
  LayerTrace t;
  t.layer = l;
  t.tokens = n;
  t.k = m_heldK.data();
  t.v = m_heldV.empty() ? nullptr : m_heldV.data();
  t.q = m_decodeKeeper->queries > 0 ? m_heldQ.data() : nullptr;
  t.positions = slots.data();
  t.context = m_position + 1;
  t.firstHead = h;
  t.pool = &m_backend.pool();
  describeRotation(t, c, *m_rope, l);
  return t;
}

void CpuSequence::addValues(int l, int h, std::vector<HeadCut::Addition> added) {
  const int64_t d = m_backend.config().headDim;
  std::stable_sort(added.begin(), added.end(), [](const auto& a, const auto& b) { return a.into < b.into; });
  std::vector<float> into(static_cast<size_t>(d)), from(static_cast<size_t>(d));
  for (size_t i = 0; i < added.size();) {
    std::byte* const row = m_cache.vRow(l, h, added[i].into);
    kernels::convertToF32(m_cache.elem(), row, into.data(), d);
    const int32_t slot = added[i].into;
    for (; i < added.size() && added[i].into == slot; ++i) {
      kernels::convertToF32(m_cache.elem(), m_cache.vRow(l, h, added[i].from), from.data(), d);
      for (size_t k = 0; k < into.size(); ++k) into[k] += added[i].weight * from[k];
    }
    kernels::convertFromF32(m_cache.elem(), into.data(), row, d);
  }
}

void CpuSequence::cutHeads(int l, Cuts& cuts) {
  HeadShape one = m_backend.shape();
  one.kvHeads = 1;
  for (int h = 0; h < m_backend.config().kvHeads; ++h) {
    if (m_cache.isRing(l, h)) continue;
    std::vector<int32_t> kept = m_decodeKeeper->keep(heldRows(l, h, 0, m_cache.length(l, h)), one);
    if (int64_t(kept.size()) == m_cache.length(l, h)) continue;
    cuts.kept[size_t(l * m_backend.config().kvHeads + h)] = std::move(kept);
    cuts.any = true;
  }
  m_since[size_t(l)] = 0;
}

void CpuSequence::cutTogether(int l, Cuts& cuts) {
  const int heads = m_backend.config().kvHeads;
  for (int h = 0; h < heads; ++h) {
    if (m_cache.isRing(l, h)) return;
  }
  HeadShape one = m_backend.shape();
  one.kvHeads = 1;
  HeldRows held(*this, l);
  std::vector<HeadCut> heldCuts = m_layerKeeper->cut(held, one);
  if (heldCuts.empty()) return;
  m_since[size_t(l)] = 0;
  for (int h = 0; h < heads; ++h) {
    HeadCut& c = heldCuts[size_t(h)];
    addValues(l, h, std::move(c.added));
    for (size_t i = c.dropped.size(); i-- > 0;) m_cache.dropSlot(l, h, c.dropped[i]);
    if (c.kept.empty()) continue;
    if (!m_attended.empty()) {
      std::vector<float>& sums = m_attended[size_t(l * heads + h)];
      for (size_t i = 0; i < c.kept.size(); ++i) sums[i] = sums[size_t(c.kept[i])];
      sums.resize(c.kept.size());
    }
    cuts.kept[size_t(l * heads + h)] = std::move(c.kept);
    cuts.any = true;
  }
}

/// Called at the end of a token, before its position is left.
void CpuSequence::compressHeld() {
  const ModelConfig& c = m_backend.config();
  Cuts cuts;
  for (int l = 0; l < c.layers; ++l) {
    if (++m_since[size_t(l)] < m_decodeKeeper->every) continue;
    if (cuts.kept.empty()) cuts.kept.resize(size_t(c.layers) * size_t(c.kvHeads));
    if (m_layerKeeper)
      cutTogether(l, cuts);
    else
      cutHeads(l, cuts);
  }
  if (!cuts.any) return;
  m_cache.keepSlots(cuts.kept);
  m_cache.reserve(m_decodeKeeper->every);
}

}  // namespace presslab
