// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The golden tensors as an engine would hold them: a layer that is being decoded, a context that is read again.
#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/press/random.h"
#include "press_test.h"

namespace presslab::test {

/// The tensors of make_press_golden.py.
inline FakeLayer goldenLayer(const HeadShape& shape, int64_t tokens, int layer) {
  FakeLayer l(shape, tokens, layer, 1);
  SeededRandom random(uint64_t(1000 + layer));
  std::vector<double> offset(size_t(shape.kvHeads * shape.headDim));
  for (double& o : offset) o = random.uniform();
  for (size_t i = 0; i < l.k.size(); ++i) {
    const size_t head = i / size_t(tokens * shape.headDim), channel = i % size_t(shape.headDim);
    l.k[i] = float(random.uniform() * 4 - 2 + offset[head * size_t(shape.headDim) + channel]);
  }
  for (float& f : l.v) f = float(random.uniform() * 2 - 1);
  for (float& f : l.q) f = float(random.uniform() * 4 - 2);
  return l;
}

/// A layer of the golden tensors while it is being decoded: `tokens` of them stand, but for those that were dropped.
class GoldenHeld final : public HeldLayer {
 public:
  GoldenHeld(const HeadShape& shape, const FakeLayer& all, int64_t total, int64_t tokens, int l, int64_t decoded)
      : m_shape(shape), m_all(all), m_total(total) {
    layer = l;
    heads = shape.kvHeads;
    position = tokens - 1;
    since = decoded;
    SeededRandom random(uint64_t(9000 + l));
    for (int h = 0; h < heads; ++h) {
      m_positions.emplace_back(size_t(tokens));
      std::iota(m_positions.back().begin(), m_positions.back().end(), 0);
      for (float& a : m_attention.emplace_back(size_t(tokens))) a = float(random.uniform());
    }
  }
  std::span<const int32_t> positions(int head) const override { return m_positions[size_t(head)]; }
  std::span<const float> attention(int head) const override { return m_attention[size_t(head)]; }
  LayerTrace rows(int head, int64_t first, int64_t count) override {
    const int64_t d = m_shape.headDim;
    m_k.clear();
    m_v.clear();
    for (int64_t i = first; i < first + count; ++i) {
      const int64_t at = (head * m_total + m_positions[size_t(head)][size_t(i)]) * d;
      m_k.insert(m_k.end(), m_all.k.begin() + at, m_all.k.begin() + at + d);
      m_v.insert(m_v.end(), m_all.v.begin() + at, m_all.v.begin() + at + d);
    }
    LayerTrace t;
    t.layer = layer;
    t.tokens = count;
    t.k = m_k.data();
    t.v = m_v.data();
    t.firstHead = head;
    return t;
  }
  void decode(const LayerKeeper& keeper, const HeadShape& one) {
    ++position;
    for (auto& p : m_positions) p.push_back(int32_t(position));
    const std::vector<HeadCut> cuts = keeper.cut(*this, one);
    for (size_t h = 0; h < cuts.size(); ++h)
      for (size_t i = cuts[h].dropped.size(); i-- > 0;) m_positions[h].erase(m_positions[h].begin() + cuts[h].dropped[i]);
  }
  void keepOnly(int head, std::vector<int32_t> positions) { m_positions[size_t(head)] = std::move(positions); }

 private:
  HeadShape m_shape;
  const FakeLayer& m_all;
  int64_t m_total;
  std::vector<std::vector<int32_t>> m_positions;
  std::vector<std::vector<float>> m_attention;
  std::vector<float> m_k, m_v;
};

/// The first tokens of a longer layer.
inline FakeLayer firstTokens(const HeadShape& s, const FakeLayer& all, int64_t total, int64_t tokens) {
  FakeLayer part(s, tokens, 0, 1);
  const int64_t d = s.headDim;
  for (int64_t h = 0; h < s.kvHeads; ++h) {
    std::copy_n(all.k.begin() + h * total * d, tokens * d, part.k.begin() + h * tokens * d);
    std::copy_n(all.v.begin() + h * total * d, tokens * d, part.v.begin() + h * tokens * d);
  }
  std::copy_n(all.q.begin(), tokens * s.queryHeads() * d, part.q.begin());
  return part;
}

/// W_o of make_press_golden.py.
inline std::vector<float> goldenOutput(const HeadShape& s, int layer) {
  SeededRandom random(uint64_t(500 + layer));
  std::vector<float> wo(size_t(s.hidden * s.queryHeads() * s.headDim));
  for (float& w : wo) w = float(random.uniform() * 2 - 1);
  return wo;
}

/// Reads the context again as make_hook_golden.py does: parts in order; keys, values and queries of the repetition are drawn. The attention layers of
/// the script pass their input through as queries.
class GoldenReread {
 public:
  GoldenReread(const HeadShape& shape, int64_t tokens) : m_shape(shape), m_tokens(tokens), m_ids(size_t(tokens)) {
    std::iota(m_ids.begin(), m_ids.end(), 50);
    for (int l = 0; l < shape.layers; ++l) m_layers.push_back(goldenLayer(shape, tokens, l));
  }
  Reread get() {
    Reread again;
    again.ids = m_ids;
    again.read = [this](std::span<const int32_t> ids, const ReadTap& tap) { read(int64_t(ids.size()), tap); };
    return again;
  }

 private:
  std::vector<float> drawn(SeededRandom& random, int64_t n) {
    std::vector<float> out;
    for (int64_t i = 0; i < n; ++i) out.push_back(float(random.uniform() * 4 - 2));
    return out;
  }

  /// Rows of the context, then `count` more, of every head.
  std::vector<float> joined(const std::vector<float>& context, const std::vector<float>& more, int64_t count) const {
    std::vector<float> out;
    const int64_t d = m_shape.headDim;
    for (int64_t h = 0; h < m_shape.kvHeads; ++h) {
      out.insert(out.end(), context.begin() + h * m_tokens * d, context.begin() + (h + 1) * m_tokens * d);
      out.insert(out.end(), more.begin() + h * count * d, more.begin() + (h + 1) * count * d);
    }
    return out;
  }

  void read(int64_t count, const ReadTap& tap) {
    const int64_t rows = m_shape.kvHeads * count * m_shape.headDim;
    for (int l = 0; l < m_shape.layers; ++l) {
      SeededRandom random(uint64_t(20000 + 100 * l + m_part));
      const FakeLayer& context = m_layers[size_t(l)];
      const std::vector<float> k = joined(context.k, drawn(random, rows), count), v = joined(context.v, drawn(random, rows), count),
                               q = drawn(random, count * m_shape.queryHeads() * m_shape.headDim), wo = goldenOutput(m_shape, l);
      ReadLayer read{context.trace, m_tokens};
      read.t.layer = l;
      read.t.tokens = m_tokens + count;
      read.t.k = k.data();
      read.t.v = v.data();
      read.t.q = read.t.x = q.data();
      read.t.wo = wo.data();
      read.t.ropeCos = context.cosines.data();
      read.t.ropeSin = context.sines.data();
      tap(read);
    }
    ++m_part;
  }

  HeadShape m_shape;
  int64_t m_tokens;
  int m_part = 0;
  std::vector<int32_t> m_ids;
  std::vector<FakeLayer> m_layers;
};

}  // namespace presslab::test
