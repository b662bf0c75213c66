// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/press/press.h"

namespace presslab {

/// Attention that every context token really gets from the tokens behind the context (question and answer), by layer and KV head, from one pass of
/// the full cache. Nobody knows it beforehand: it is what the oracle keeps by, and what attention kept is measured against.
class FutureAttention {
 public:
  FutureAttention(const HeadShape&, int64_t context);
  /// Attention of one query head of one token behind the context.
  void add(int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions);

  /// The head-tokens with the most attention over the whole cache, exactly heads * int(T * (1 - ratio)) of them; every head keeps its best one.
  /// Layers whose window bounds them already stay as they are and do not count.
  /// Equal attention: the later token, then the higher head. No plan of as many head-tokens that leaves no head empty keeps more. Throws
  /// Failure(BadInput) when no token would stay.
  std::vector<LayerKeep> oracle(double ratio) const;
  /// Share of all attention that falls on what a plan keeps of the context and on the tokens behind it; rings are taken as they stand right after
  /// compression. -1 before anything was added.
  double share(std::span<const LayerKeep>) const;
  /// The same of one head.
  double headShare(const LayerKeep&, int layer, int head) const;

 private:
  const double* head(int index) const { return m_sums.data() + int64_t(index) * m_context; }
  double keptBy(const HeadKeep&, int index) const;
  HeadShape m_shape;
  int64_t m_context;
  std::vector<double> m_sums;          // (heads, context)
  std::vector<double> m_later, m_all;  // by head: on tokens behind the context; on everything
};

}  // namespace presslab
