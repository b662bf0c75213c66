// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/kept_rows.h"

namespace presslab {
namespace {

/// Rows of `width` values, `stride` apart; null stays null.
const float* gather(const float* from, int64_t stride, int64_t width, std::span<const int32_t> rows, std::vector<float>& out) {
  if (!from) return nullptr;
  out.reserve(rows.size() * size_t(width));
  for (const int32_t r : rows) out.insert(out.end(), from + r * stride, from + r * stride + width);
  return out.data();
}

}  // namespace

KeptRows::KeptRows(const LayerTrace& t, const HeadShape& shape, int head, std::span<const int32_t> rows) : m_shape(shape), m_trace(t) {
  const int dim = shape.headDim;
  const int64_t plane = int64_t(head) * t.tokens * dim, own = int64_t(shape.group) * dim;
  m_shape.kvHeads = 1;
  m_trace.tokens = int64_t(rows.size());
  m_trace.context = t.nextPosition();
  m_trace.firstHead = t.firstHead + head;
  m_trace.k = gather(t.k ? t.k + plane : nullptr, dim, dim, rows, m_k);
  m_trace.v = gather(t.v ? t.v + plane : nullptr, dim, dim, rows, m_v);
  m_trace.q = gather(t.q ? t.q + head * own : nullptr, own * shape.kvHeads, own, rows, m_q);
  m_trace.x = gather(t.x, shape.hidden, shape.hidden, rows, m_x);
  m_trace.residual = nullptr;
  m_positions.reserve(rows.size());
  for (const int32_t r : rows) m_positions.push_back(int32_t(t.positionOf(head, r)));
  m_trace.positions = m_positions.data();
}

RowRange::RowRange(const LayerTrace& t, const HeadShape& shape, int64_t from, int64_t count) : m_trace(t) {
  const int64_t dim = shape.headDim;
  const auto planes = [&](const float* rows, std::vector<float>& out) -> const float* {
    if (!rows) return nullptr;
    out.reserve(size_t(shape.kvHeads * count * dim));
    for (int h = 0; h < shape.kvHeads; ++h) {
      const float* first = rows + (h * t.tokens + from) * dim;
      out.insert(out.end(), first, first + count * dim);
    }
    return out.data();
  };
  m_trace.tokens = count;
  m_trace.context = t.nextPosition();
  m_trace.k = planes(t.k, m_k);
  m_trace.v = planes(t.v, m_v);
  if (t.q) m_trace.q = t.q + from * shape.queryHeads() * dim;
  if (t.x) m_trace.x = t.x + from * shape.hidden;
  m_trace.residual = nullptr;
  for (int h = 0; h < shape.kvHeads; ++h) {
    for (int64_t i = from; i < from + count; ++i) m_positions.push_back(int32_t(t.positionOf(h, i)));
  }
  m_trace.positions = m_positions.data();
}

}  // namespace presslab
