// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "core/press/trace.h"

namespace presslab {

/// The trace of one KV head, restricted to some rows: its own K, V, queries and layer input, gathered, with their positions.
class KeptRows {
 public:
  KeptRows(const LayerTrace&, const HeadShape&, int head, std::span<const int32_t> rows);
  const LayerTrace& trace() const { return m_trace; }
  const HeadShape& shape() const { return m_shape; }  ///< one KV head

 private:
  std::vector<float> m_k, m_v, m_q, m_x;
  std::vector<int32_t> m_positions;
  HeadShape m_shape;
  LayerTrace m_trace;
};

/// The trace of all heads, restricted to rows [from, from + count), with their positions. wo stays.
class RowRange {
 public:
  RowRange(const LayerTrace&, const HeadShape&, int64_t from, int64_t count);
  const LayerTrace& trace() const { return m_trace; }

 private:
  std::vector<float> m_k, m_v;
  std::vector<int32_t> m_positions;
  LayerTrace m_trace;
};

}  // namespace presslab
