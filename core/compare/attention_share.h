// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/press/press.h"

namespace presslab {

/// Share of the full run's attention that falls on positions a compressed cache still holds at that step: kept context and every later
/// token, less what rings have let go. Fed from one pass of the full cache.
class AttentionShare {
 public:
  /// layers: what the method keeps of a context of `tokens`; `positions` in all will be seen.
  AttentionShare(const HeadShape&, std::span<const LayerKeep> layers, int64_t tokens, int64_t positions);
  /// Position p enters every head, before its attention is added. Positions come in order, from `tokens` on.
  void enter(int32_t p);
  /// Attention of one query head of the full cache: probs over `positions`.
  void add(int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions);

  double head(int layer, int head) const;  ///< -1 before anything was added
  double total() const;
  double headKept(int layer, int head) const { return m_heads[size_t(layer * m_shape.kvHeads + head)].kept; }  ///< sums of probabilities
  double headAll(int layer, int head) const { return m_heads[size_t(layer * m_shape.kvHeads + head)].all; }

 private:
  struct Head {
    std::vector<uint8_t> held;    // by position; empty: everything is held
    std::vector<int32_t> recent;  // ring: those behind the sink, oldest at `oldest`
    size_t oldest = 0, rows = 0;  // rows: how many of these fit
    size_t sinkRoom = 0;          // a context shorter than the sink: the next tokens join it
    bool ring = false;
    double kept = 0, all = 0;
  };
  HeadShape m_shape;
  std::vector<Head> m_heads;
};

}  // namespace presslab
