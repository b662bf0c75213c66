// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/future_attention.h"

#include <algorithm>

#include "core/api/error.h"
#include "core/press/pressed_layers.h"

namespace presslab {

FutureAttention::FutureAttention(const HeadShape& shape, int64_t context)
    : m_shape(shape),
      m_context(context),
      m_sums(size_t(shape.heads()) * size_t(context), 0),
      m_later(size_t(shape.heads()), 0),
      m_all(size_t(shape.heads()), 0) {}

void FutureAttention::add(int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions) {
  const size_t index = size_t(layer * m_shape.kvHeads + queryHead / m_shape.group);
  double* sums = m_sums.data() + int64_t(index) * m_context;
  double later = 0, all = 0;
  for (size_t i = 0; i < probs.size(); ++i) {
    const double p = double(probs[i]);
    all += p;
    if (positions[i] < m_context)
      sums[positions[i]] += p;
    else
      later += p;
  }
  m_later[index] += later;
  m_all[index] += all;
}

std::vector<LayerKeep> FutureAttention::oracle(double ratio) const {
  const int64_t each = keptTokens(m_context, ratio), wanted = each * m_shape.pressed().heads();
  if (each < 1) badInput("the oracle keeps no token of " + std::to_string(m_context) + " at ratio " + std::to_string(ratio));
  struct Place {
    double mass;
    int32_t head, position;
  };
  const auto before = [](const Place& a, const Place& b) {
    if (a.mass != b.mass) return a.mass > b.mass;
    return a.position != b.position ? a.position > b.position : a.head > b.head;
  };
  std::vector<Place> best, others;
  for (int h = 0; h < m_shape.heads(); ++h) {
    if (m_shape.isBounded(h / m_shape.kvHeads)) continue;
    const double* sums = head(h);
    int64_t top = m_context - 1;
    for (int64_t p = m_context - 1; p >= 0; --p)
      if (sums[p] > sums[top]) top = p;
    for (int64_t p = 0; p < m_context; ++p) (p == top ? best : others).push_back({sums[p], h, int32_t(p)});
  }
  const size_t more = size_t(wanted) - best.size();
  if (more < others.size()) std::nth_element(others.begin(), others.begin() + std::ptrdiff_t(more), others.end(), before);
  others.resize(std::min(more, others.size()));
  std::vector<LayerKeep> layers(size_t(m_shape.layers));
  for (int l = 0; l < m_shape.layers; ++l) {
    if (m_shape.isBounded(l))
      layers[size_t(l)] = slidingRings(m_shape.kvHeads, m_shape.boundedWindow, m_context);
    else
      layers[size_t(l)].heads.resize(size_t(m_shape.kvHeads));
  }
  const auto headOf = [&](int32_t h) -> HeadKeep& { return layers[size_t(h / m_shape.kvHeads)].heads[size_t(h % m_shape.kvHeads)]; };
  for (const std::vector<Place>* list : {&best, &others})
    for (const Place& place : *list) headOf(place.head).positions.push_back(place.position);
  for (LayerKeep& layer : layers)
    for (HeadKeep& keep : layer.heads) std::sort(keep.positions.begin(), keep.positions.end());
  return layers;
}

double FutureAttention::keptBy(const HeadKeep& keep, int index) const {
  double kept = m_later[size_t(index)];
  const double* sums = head(index);
  for (const int32_t p : keep.positions) kept += sums[p];
  return kept;
}

double FutureAttention::headShare(const LayerKeep& layer, int l, int h) const {
  const int index = l * m_shape.kvHeads + h;
  return m_all[size_t(index)] > 0 ? keptBy(layer.heads[size_t(h)], index) / m_all[size_t(index)] : -1;
}

double FutureAttention::share(std::span<const LayerKeep> layers) const {
  double kept = 0, all = 0;
  for (int l = 0; l < m_shape.layers; ++l)
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      const int index = l * m_shape.kvHeads + h;
      kept += keptBy(layers[size_t(l)].heads[size_t(h)], index);
      all += m_all[size_t(index)];
    }
  return all > 0 ? kept / all : -1;
}

}  // namespace presslab
