// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/score_layer.h"

#include <algorithm>
#include <cmath>

namespace presslab {

const Sideways& ScoreLayer::keys(int h) const {
  if (m_keys.empty()) {
    m_keys.resize(size_t(shape.kvHeads));
    forTasks(t, shape.kvHeads,
             [&](int i) { m_keys[size_t(i)].assign(t.k + int64_t(i) * t.tokens * shape.headDim, shape.headDim, t.tokens, shape.headDim); });
  }
  return m_keys[size_t(h)];
}

const float* ScoreLayer::norms(int h) const {
  if (m_norms.empty()) {
    const int64_t rows = shape.kvHeads * t.tokens;
    m_norms.resize(size_t(rows));
    for (int64_t i = 0; i < rows; ++i) {
      const float* v = t.v + i * shape.headDim;
      float sum = 0;
      for (int d = 0; d < shape.headDim; ++d) sum += v[d] * v[d];
      m_norms[size_t(i)] = std::sqrt(sum);
    }
  }
  return m_norms.data() + int64_t(h) * t.tokens;
}

float ScoreLayer::scale() const { return t.scale > 0 ? t.scale : 1.f / std::sqrt(float(shape.headDim)); }

void ScoreLayer::query(int64_t row, int q, float* out) const {
  const float* from = t.q + (row * shape.queryHeads() + q) * shape.headDim;
  std::copy(from, from + shape.headDim, out);
  rotate(out, t, t.positionOf(q / shape.group, row));
}

void putOnTop(float* scores, int heads, int64_t tokens, int64_t from, int64_t to) {
  float top = -INFINITY;
  for (int h = 0; h < heads; ++h) {
    const float* row = scores + h * tokens;
    for (int64_t i = 0; i < tokens; ++i) {
      if (i < from || i >= to) top = std::max(top, row[i]);
    }
  }
  top = std::isfinite(top) ? top + 1.f : 1.f;
  for (int h = 0; h < heads; ++h) std::fill(scores + h * tokens + from, scores + h * tokens + to, top);
}

void addSoftmax(float* logits, int64_t from, int64_t limit, float scale, float weight, float* sum) {
  const float top = maxOf(logits + from, limit - from) * scale;
  const float factor = weight / expScaled(logits + from, limit - from, scale, top);
  for (int64_t i = from; i < limit; ++i) sum[i] += factor * logits[i];
}

}  // namespace presslab
