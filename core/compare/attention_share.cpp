// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/attention_share.h"

#include <algorithm>

namespace presslab {

AttentionShare::AttentionShare(const HeadShape& shape, std::span<const LayerKeep> layers, int64_t tokens, int64_t positions)
    : m_shape(shape), m_heads(size_t(shape.heads())) {
  for (int l = 0; l < shape.layers; ++l)
    for (int h = 0; h < shape.kvHeads; ++h) {
      const HeadKeep& keep = layers[size_t(l)].heads[size_t(h)];
      Head& head = m_heads[size_t(l * shape.kvHeads + h)];
      if (!keep.ring && int64_t(keep.positions.size()) == tokens) continue;
      head.held.assign(size_t(positions), 0);
      for (const int32_t p : keep.positions) head.held[size_t(p)] = 1;
      if (!keep.ring) {
        std::fill(head.held.begin() + std::ptrdiff_t(tokens), head.held.end(), uint8_t{1});
        continue;
      }
      head.ring = true;
      head.rows = size_t(std::max<int64_t>(keep.recent, 1));  // as the cache: the newest token always has a place
      const size_t sink = std::min(size_t(keep.sink), keep.positions.size());
      head.sinkRoom = size_t(keep.sink) - sink;
      head.recent.assign(keep.positions.begin() + std::ptrdiff_t(sink), keep.positions.end());
    }
}

void AttentionShare::enter(int32_t p) {
  for (Head& head : m_heads) {
    if (!head.ring) continue;
    head.held[size_t(p)] = 1;
    if (head.sinkRoom > 0) {
      --head.sinkRoom;
      continue;
    }
    if (head.recent.size() - head.oldest >= head.rows) head.held[size_t(head.recent[head.oldest++])] = 0;
    head.recent.push_back(p);
  }
}

void AttentionShare::add(int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions) {
  Head& head = m_heads[size_t(layer * m_shape.kvHeads + queryHead / m_shape.group)];
  double all = 0, kept = 0;
  for (size_t i = 0; i < probs.size(); ++i) {
    all += double(probs[i]);
    if (head.held.empty() || head.held[size_t(positions[i])] != 0) kept += double(probs[i]);
  }
  head.all += all;
  head.kept += kept;
}

double AttentionShare::head(int layer, int h) const {
  const Head& head = m_heads[size_t(layer * m_shape.kvHeads + h)];
  return head.all > 0 ? head.kept / head.all : -1;
}

double AttentionShare::total() const {
  double all = 0, kept = 0;
  for (const Head& head : m_heads) {
    all += head.all;
    kept += head.kept;
  }
  return all > 0 ? kept / all : -1;
}

}  // namespace presslab
