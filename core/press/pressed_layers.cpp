// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/pressed_layers.h"

#include <algorithm>
#include <numeric>

#include "core/api/error.h"

namespace presslab {
namespace {

RunContext pressedRun(const RunContext& run) {
  RunContext rest = run;
  rest.shape = run.shape.pressed();
  return rest;
}

}  // namespace

LayerKeep slidingRings(int kvHeads, int64_t window, int64_t tokens) {
  LayerKeep keep;
  keep.heads.resize(size_t(kvHeads));
  const int64_t held = std::min(tokens, window);
  for (HeadKeep& head : keep.heads) {
    head.kind = HeadKind::Streaming;
    head.ring = true;
    head.recent = window;
    head.positions.resize(size_t(held));
    std::iota(head.positions.begin(), head.positions.end(), int32_t(tokens - held));
  }
  return keep;
}

int64_t PressedLayers::predictKept(const RunContext& run) const {
  if (run.shape.bounded.empty()) return m_inner->predictKept(run);
  return m_inner->predictKept(pressedRun(run)) + run.shape.headTokens(run.tokens) - run.shape.pressed().headTokens(run.tokens);
}

int64_t PressedLayers::predictBytes(const RunContext& run, int64_t rowBytes) const {
  if (run.shape.bounded.empty()) return m_inner->predictBytes(run, rowBytes);
  return m_inner->predictBytes(pressedRun(run), rowBytes) +
         rowBytes * (run.shape.headTokens(run.tokens) - run.shape.pressed().headTokens(run.tokens));
}

std::vector<std::string> PressedLayers::begin(const RunContext& run) {
  m_shape = run.shape;
  m_tokens = run.tokens;
  m_index.clear();
  if (m_shape.bounded.empty()) return m_inner->begin(run);
  int next = 0;
  for (int l = 0; l < m_shape.layers; ++l) m_index.push_back(m_shape.isBounded(l) ? -1 : next++);
  return m_inner->begin(pressedRun(run));
}

/// The inner press's answer for one of its layers, told as the model counts.
LayerKeep PressedLayers::placed(LayerKeep keep, int layer) const {
  if (keep.rerotated) badInput(spec() + ": turns kept keys to new positions, which layers with a sliding window cannot follow");
  for (ExpertMetrics& e : keep.experts) e.layer = layer;
  keep.balance.layer = layer;
  return keep;
}

LayerKeep PressedLayers::keep(const LayerTrace& trace) {
  if (m_index.empty()) return m_inner->keep(trace);
  const int index = m_index[size_t(trace.layer)];
  if (index < 0) return slidingRings(m_shape.kvHeads, m_shape.boundedWindow, trace.tokens);
  LayerTrace seen = trace;
  seen.layer = index;
  return placed(m_inner->keep(seen), trace.layer);
}

std::vector<LayerKeep> PressedLayers::plan(const Reread& reread) {
  if (m_index.empty()) return m_inner->plan(reread);
  Reread seen = reread;
  seen.read = [&](std::span<const int32_t> ids, const ReadTap& tap) {
    reread.read(ids, [&](const ReadLayer& read) {
      ReadLayer mine = read;
      mine.t.layer = m_index[size_t(read.t.layer)];
      if (mine.t.layer >= 0) tap(mine);
    });
  };
  std::vector<LayerKeep> inner = m_inner->plan(seen), all;
  for (int l = 0; l < m_shape.layers; ++l) {
    const int index = m_index[size_t(l)];
    all.push_back(index < 0 ? slidingRings(m_shape.kvHeads, m_shape.boundedWindow, m_tokens) : placed(std::move(inner[size_t(index)]), l));
  }
  return all;
}

}  // namespace presslab
