// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/decode_compression.h"

#include <algorithm>
#include <cstring>

namespace presslab {

/// What goes at the end of a token.
struct DecodeCompression::Cuts {
  std::vector<std::vector<int32_t>> kept;  // by index(); empty: the head stays as it is
  std::vector<DroppedSlot> dropped;
  bool any = false;  // of kept
};

/// The rows of one layer, as a keeper sees them.
class DecodeCompression::Held final : public HeldLayer {
 public:
  Held(DecodeCompression& owner, HeldCache& cache, int l) : m_owner(owner), m_cache(cache) {
    layer = l;
    heads = owner.m_shape.kvHeads;
    position = owner.m_position;
    since = owner.m_since[size_t(l)];
  }
  std::span<const int32_t> positions(int head) const override { return m_cache.slots(layer, head); }
  std::span<const float> attention(int head) const override {
    if (m_owner.m_attended.empty()) return {};
    return m_owner.m_attended[m_owner.index(layer, head)];
  }
  LayerTrace rows(int head, int64_t first, int64_t count) override { return m_owner.heldRows(m_cache, layer, head, first, count); }

 private:
  DecodeCompression& m_owner;
  HeldCache& m_cache;
};

DecodeCompression::DecodeCompression(std::shared_ptr<const DecodeKeeper> keeper, const HeadShape& shape)
    : m_keeper(std::move(keeper)), m_layerKeeper(dynamic_cast<const LayerKeeper*>(m_keeper.get())), m_shape(shape), m_since(size_t(shape.layers), 0) {
  m_queries.assign(size_t(shape.layers) * size_t(m_keeper->queries) * size_t(queryWidth()), 0.f);
  m_attended.assign(readsAttention() ? size_t(shape.layers) * size_t(shape.kvHeads) : 0, {});
}

void DecodeCompression::recordQuery(int l, int64_t position, const float* q) {
  const int64_t width = queryWidth(), count = m_keeper->queries;
  std::memcpy(m_queries.data() + (l * count + position % count) * width, q, size_t(width) * sizeof(float));
}

/// The mean over the group goes onto what the slots have got before.
void DecodeCompression::addAttention(int l, const HeldCache& cache, const float* probs, int64_t stride) {
  const int group = m_shape.group;
  for (int h = 0; h < m_shape.kvHeads; ++h) {
    if (cache.isRing(l, h)) continue;
    std::vector<float>& sums = m_attended[index(l, h)];
    sums.resize(cache.slots(l, h).size(), 0.f);
    for (size_t i = 0; i < sums.size(); ++i) {
      float sum = 0;
      for (int g = 0; g < group; ++g) sum += probs[int64_t(h * group + g) * stride + int64_t(i)];
      sums[i] += sum / float(group);
    }
  }
}

LayerTrace DecodeCompression::heldRows(HeldCache& cache, int l, int h, int64_t first, int64_t n) {
  const std::span<const int32_t> slots = cache.slots(l, h).subspan(size_t(first), size_t(n));
  const int64_t d = m_shape.headDim, own = m_shape.group * d, count = m_keeper->queries;
  m_k.resize(size_t(n * d));
  m_v.resize(m_keeper->values ? m_k.size() : 0);
  cache.readRows(l, h, first, n, false, m_k.data());
  if (m_keeper->values) cache.readRows(l, h, first, n, true, m_v.data());
  if (count > 0) {
    m_q.assign(size_t(n * own), 0.f);
    for (int64_t i = std::max<int64_t>(0, n - count); i < n; ++i) {
      const float* from = m_queries.data() + (l * count + slots[size_t(i)] % count) * queryWidth() + h * own;
      if (m_position - slots[size_t(i)] < std::min(count, m_since[size_t(l)])) std::memcpy(m_q.data() + i * own, from, size_t(own) * sizeof(float));
    }
  }
  LayerTrace t;
  t.layer = l;
  t.tokens = n;
  t.k = m_k.data();
  t.v = m_v.empty() ? nullptr : m_v.data();
  t.q = count > 0 ? m_q.data() : nullptr;
  t.positions = slots.data();
  t.context = m_position + 1;
  t.firstHead = h;
  cache.describe(t, l);
  return t;
}

void DecodeCompression::addValues(HeldCache& cache, int l, int h, std::vector<HeadCut::Addition> added) {
  std::stable_sort(added.begin(), added.end(), [](const auto& a, const auto& b) { return a.into < b.into; });
  std::vector<float> into(static_cast<size_t>(m_shape.headDim)), from(into.size());
  for (size_t i = 0; i < added.size();) {
    const int32_t slot = added[i].into;
    cache.readRows(l, h, slot, 1, true, into.data());
    for (; i < added.size() && added[i].into == slot; ++i) {
      cache.readRows(l, h, added[i].from, 1, true, from.data());
      for (size_t k = 0; k < into.size(); ++k) into[k] += added[i].weight * from[k];
    }
    cache.writeValue(l, h, slot, into.data());
  }
}

void DecodeCompression::cutHeads(HeldCache& cache, int l, Cuts& cuts) {
  HeadShape one = m_shape;
  one.kvHeads = 1;
  for (int h = 0; h < m_shape.kvHeads; ++h) {
    if (cache.isRing(l, h)) continue;
    const size_t length = cache.slots(l, h).size();
    std::vector<int32_t> kept = m_keeper->keep(heldRows(cache, l, h, 0, int64_t(length)), one);
    if (kept.size() == length) continue;
    cuts.kept[index(l, h)] = std::move(kept);
    cuts.any = true;
  }
  m_since[size_t(l)] = 0;
}

void DecodeCompression::cutTogether(HeldCache& cache, int l, Cuts& cuts) {
  for (int h = 0; h < m_shape.kvHeads; ++h) {
    if (cache.isRing(l, h)) return;
  }
  HeadShape one = m_shape;
  one.kvHeads = 1;
  Held held(*this, cache, l);
  std::vector<HeadCut> heads = m_layerKeeper->cut(held, one);
  if (heads.empty()) return;
  m_since[size_t(l)] = 0;
  for (int h = 0; h < m_shape.kvHeads; ++h) {
    HeadCut& c = heads[size_t(h)];
    addValues(cache, l, h, std::move(c.added));
    for (size_t i = c.dropped.size(); i-- > 0;) cuts.dropped.push_back({l, h, c.dropped[i]});
    if (c.kept.empty()) continue;
    if (!m_attended.empty()) {
      std::vector<float>& sums = m_attended[index(l, h)];
      for (size_t i = 0; i < c.kept.size(); ++i) sums[i] = sums[size_t(c.kept[i])];
      sums.resize(c.kept.size());
    }
    cuts.kept[index(l, h)] = std::move(c.kept);
    cuts.any = true;
  }
}

void DecodeCompression::endToken(HeldCache& cache, int64_t position) {
  m_position = position;
  Cuts cuts;
  for (int l = 0; l < m_shape.layers; ++l) {
    if (++m_since[size_t(l)] < m_keeper->every) continue;
    if (cuts.kept.empty()) cuts.kept.resize(size_t(m_shape.heads()));
    if (const int64_t count = m_keeper->queries; count > 0)
      cache.bringQueries(l, std::span(m_queries).subspan(size_t(l * count * queryWidth()), size_t(count * queryWidth())));
    if (m_layerKeeper)
      cutTogether(cache, l, cuts);
    else
      cutHeads(cache, l, cuts);
  }
  if (!cuts.dropped.empty()) cache.dropSlots(cuts.dropped);
  if (cuts.any) cache.keepSlots(cuts.kept, m_keeper->every);
}

}  // namespace presslab
