// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// One token at a time: what it sees of each head, attention, the layers.
#include <algorithm>

#include "core/engine/cpu_backend.h"
#include "core/engine/cpu_rows.h"
#include "core/engine/cpu_sequence.h"

namespace presslab {

void CpuSequence::tap(int l, const AttentionTap& tap) {
  const ModelConfig& c = m_backend.config();
  const int group = c.heads / c.kvHeads;
  const size_t stride = m_probs.size() / size_t(c.heads);
  for (int h = 0; h < c.kvHeads; ++h)
    for (int g = 0; g < group; ++g) {
      const size_t qh = size_t(h * group + g);
      tap(l, int(qh), std::span<const float>(m_probs).subspan(qh * stride, size_t(m_cache.length(l, h))), m_cache.slots(l, h));
    }
}

/// What a new token of the layer sees of a head. Slots of a head that is no ring ascend, so those before the window are a first part to skip;
/// a tap wants every slot told, and rings are out of order: there the positions decide.
kernels::KvHeadView CpuSequence::visible(int l, int h, bool tapped) const {
  const ModelConfig& c = m_backend.config();
  kernels::KvHeadView view = m_cache.view(l, h);
  const int64_t first = m_position - c.slidingWindow + 1;
  if (!c.isSliding(l) || c.isBounded(l) || first <= 0) return view;
  const std::span<const int32_t> slots = m_cache.slots(l, h);
  if (tapped || m_cache.isRing(l, h) || view.blockRows > 0) {
    view.positions = slots.data();
    view.first = first;
    return view;
  }
  const int64_t skipped = std::lower_bound(slots.begin(), slots.end(), first) - slots.begin(),
                bytes = skipped * kernels::rowBytes(m_cache.elem(), c.headDim);
  view.k = static_cast<const std::byte*>(view.k) + bytes;
  view.v = static_cast<const std::byte*>(view.v) + bytes;
  view.length -= skipped;
  return view;
}

void CpuSequence::decodeAttention(int l, const AttentionTap& tapped) {
  const ModelConfig& c = m_backend.config();
  const int64_t d = c.headDim;
  const RopeTable& rope = m_rope->of(c.isSliding(l));
  m_backend.rotate(m_token.q.data(), c.heads, rope, m_position - m_closedUp);
  m_backend.rotate(m_token.k.data(), c.kvHeads, rope, m_position - m_closedUp);
  int64_t longest = 0;
  for (int h = 0; h < c.kvHeads; ++h) {
    const int64_t slot = m_cache.append(l, h, int32_t(m_position));
    kernels::convertFromF32(m_cache.elem(), m_token.k.data() + h * d, m_cache.kRow(l, h, slot), d);
    kernels::convertFromF32(m_cache.elem(), m_token.v.data() + h * d, m_cache.vRow(l, h, slot), d);
    longest = std::max(longest, m_cache.length(l, h));
  }
  const bool probs = tapped || (m_compression && m_compression->readsAttention());
  for (int h = 0; h < c.kvHeads; ++h) m_views[size_t(h)] = visible(l, h, probs);  // after the appends: one may have moved them all
  kernels::DecodeAttentionArgs a{};
  a.q = m_token.q.data();
  a.heads = m_views.data();
  a.out = m_token.attention.data();
  a.kvHeads = c.kvHeads;
  a.group = c.heads / c.kvHeads;
  a.headDim = c.headDim;
  a.elem = m_cache.elem();
  a.scale = m_backend.attentionScale();
  if (probs) {
    m_probs.resize(std::max(m_probs.size(), size_t(longest) * size_t(c.heads)));
    a.probs = m_probs.data();
    a.probsStride = int64_t(m_probs.size() / size_t(c.heads));
  }
  kernels::decodeAttention(a, m_backend.pool());
  if (tapped) tap(l, tapped);
  if (m_compression && m_compression->readsAttention())
    m_compression->addAttention(l, Held(*this), m_probs.data(), int64_t(m_probs.size()) / c.heads);
}

void CpuSequence::decode(int32_t id, float* logits, const AttentionTap& tapped) {
  const ModelConfig& c = m_backend.config();
  checkStep(m_prefilling, m_position, c);
  if (m_rope->positions() <= m_position) m_rope = m_backend.rope(m_position + kRopeAhead);
  kernels::Pool& pool = m_backend.pool();
  float* x = m_tokenX.data();
  m_backend.embed(id, m_position, x);
  for (int l = 0; l < c.layers; ++l) {
    const CpuLayer& w = m_backend.layer(l);
    norm(w.attnNorm, x, m_token.norm.data());
    const kernels::Matrix* const inputs[] = {w.q.get(), w.k.get(), w.v.get()};
    float* const projections[] = {m_token.q.data(), m_token.k.data(), m_token.v.data()};
    kernels::gemvMany(inputs, m_token.norm.data(), projections, pool);
    addBiases(w, m_token.q.data(), m_token.k.data(), m_token.v.data());
    normHeads(w, m_token.q.data(), m_token.k.data());
    if (m_compression && m_compression->queries() > 0) m_compression->recordQuery(l, m_position, m_token.q.data());
    decodeAttention(l, tapped);
    w.o->gemv(m_token.attention.data(), m_token.projected.data(), pool);
    addBlock(w.oBias, w.attnPostNorm, m_token.projected.data(), x);
    norm(w.ffnNorm, x, m_token.norm.data());
    const Branches b(w, m_token.gate.data(), m_token.up.data());
    kernels::gemvMany(b.matrices(), m_token.norm.data(), b.results(), pool);
    activate(w, m_token.gate.data(), m_token.up.data());
    w.down->gemv(m_token.gate.data(), m_token.projected.data(), pool);
    addBlock(w.downBias, w.ffnPostNorm, m_token.projected.data(), x);
    checkLayer(x, 1, c.hidden, l, m_position);
  }
  if (logits) {
    norm(m_backend.outputNorm(), x, m_token.norm.data());
    m_backend.output().gemv(m_token.norm.data(), logits, pool);
    checkLogits(logits, c.vocab, m_position);
  }
  if (m_compression) {
    Held held(*this);
    m_compression->endToken(held, m_position);
  }
  ++m_position;
}

}  // namespace presslab
