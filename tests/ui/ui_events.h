// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/run_event.h"

namespace presslab {

inline RunEvent phaseEvent(EventKind kind, int method, Phase phase, double progress = 0) {
  RunEvent e;
  e.kind = kind;
  e.method = method;
  e.phase = phase;
  e.progress = progress;
  return e;
}

inline RunEvent tokenEvent(int method, int step, int32_t id, double ms = 1, int64_t bytes = 100) {
  RunEvent e;
  e.kind = EventKind::Token;
  e.method = method;
  e.step = step;
  e.tokenId = id;
  e.text = std::to_string(id).append(" ");
  e.ms = ms;
  e.kvBytes = bytes;
  return e;
}

/// A comparison of two methods over two layers, small enough to check by hand.
inline std::shared_ptr<const Comparison> smallComparison() {
  auto c = std::make_shared<Comparison>();
  c->id = "test-run";
  c->stamp.version = "9.8.7";
  c->stamp.modelName = "tiny";
  c->contextTokens = 64;
  for (int m = 0; m < 2; ++m) {
    MethodMetrics r;
    r.method = m == 0 ? "none" : "duo(ratio=0.5)";
    r.contextTokens = 64;
    r.kvBytesFull = 4 << 20;
    r.kvBytes = r.kvBytesPredicted = m == 0 ? 4 << 20 : 2 << 20;
    r.kvBytesEnd = r.kvBytes;
    r.decodeTokS = 100 + 50 * m;
    r.decodeMs = {10, 9, 11};
    r.ids = {1, 2, 3, 4 + m};
    r.pieces = {"a", "b", "c", "d"};
    r.quality.measured = true;
    r.quality.kldMean = 0.25 * m;
    r.quality.top1Agree = 1 - 0.1 * m;
    r.quality.kldByPosition = {0, 0.25 * m, 0.5 * m};
    r.quality.agreeByPosition = {1, 1, uint8_t(m == 0)};
    for (int layer = 0; layer < 2; ++layer) {
      r.memory.push_back({layer, -1, (layer + 1) * r.kvBytes / 2, 0});
      for (int head = 0; head < 2; ++head) {
        HeadMetrics h;
        h.layer = layer;
        h.head = head;
        h.kind = m == 0 ? HeadKind::Full : head == 0 ? HeadKind::Retrieval : HeadKind::Streaming;
        h.total = 64;
        h.kept = h.kind == HeadKind::Streaming ? 16 : 64;
        r.heads.push_back(h);
      }
      ExpertMetrics e;
      e.layer = layer;
      e.policy = "recency";
      e.tokens = 40;
      if (m == 1) r.experts.push_back(e);
    }
    c->methods.push_back(r);
  }
  return c;
}

}  // namespace presslab
