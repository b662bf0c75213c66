// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate/targets.h"

#include <algorithm>
#include <cmath>

#include "core/press/dense.h"

namespace presslab {
namespace {

void rotatedQuery(const LayerTrace& t, const HeadShape& shape, int64_t position, int query, float* out) {
  const float* row = t.q + (position * shape.queryHeads() + query) * shape.headDim;
  std::copy(row, row + shape.headDim, out);
  if (!t.ropeCos) return;
  const int half = t.ropeDim / 2;
  for (int d = 0; d < half; ++d) {
    const float a = out[d], b = out[d + half], c = t.ropeCos[position * half + d], s = t.ropeSin[position * half + d];
    out[d] = a * c - b * s;
    out[d + half] = b * c + a * s;
  }
}

}  // namespace

LayerProbe::LayerProbe(const LayerTrace& trace, const HeadShape& shape, int64_t context, int firstQuery)
    : m_trace(trace),
      m_shape(shape),
      m_context(trace),
      m_tokens(trace.tokens),
      m_queries(int(trace.tokens - context) - firstQuery),
      m_first(int(context) + firstQuery) {
  const int dim = shape.headDim;
  m_context.tokens = context;
  for (int h = 0; h < shape.kvHeads; ++h) {
    const float *k = trace.k + int64_t(h) * m_tokens * dim, *v = trace.v + int64_t(h) * m_tokens * dim;
    m_k.insert(m_k.end(), k, k + context * dim);
    m_v.insert(m_v.end(), v, v + context * dim);
  }
  m_context.k = m_k.data();
  m_context.v = m_v.data();
  const float scale = trace.scale > 0 ? trace.scale : 1.f / std::sqrt(float(dim));
  std::vector<float> rows(size_t(m_queries) * size_t(dim)), logits;
  m_probs.assign(size_t(shape.queryHeads()) * size_t(m_queries) * size_t(m_tokens), 0.f);
  for (int h = 0; h < shape.kvHeads; ++h) {
    const Sideways keys(trace.k + int64_t(h) * m_tokens * dim, dim, m_tokens, dim);
    logits.resize(size_t(m_queries) * size_t(keys.stride));
    for (int g = 0; g < shape.group; ++g) {
      for (int q = 0; q < m_queries; ++q) rotatedQuery(trace, shape, m_first + q, h * shape.group + g, rows.data() + q * dim);
      dotAll(rows.data(), m_queries, keys, m_tokens, logits.data());
      for (int q = 0; q < m_queries; ++q) {
        float* row = logits.data() + q * keys.stride;
        const int64_t visible = m_first + q + 1, from = trace.window > 0 ? std::max<int64_t>(0, visible - trace.window) : 0;
        expScaled(row + from, visible - from, scale, maxOf(row + from, visible - from) * scale);
        std::fill(row, row + from, 0.f);
        std::copy(row, row + visible, m_probs.data() + (int64_t(h * shape.group + g) * m_queries + q) * m_tokens);
      }
    }
  }
  for (int q = 0; q < m_queries; ++q) {
    double sum = 0;
    const float* row = trace.residual + int64_t(m_first + q) * shape.hidden;
    for (int d = 0; d < shape.hidden; ++d) sum += double(row[d]) * row[d];
    m_residual.push_back(std::max(sum, 1e-20));
  }
}

const float* LayerProbe::probs(int head, int group, int query) const {
  return m_probs.data() + (int64_t(head * m_shape.group + group) * m_queries + query) * m_tokens;
}

void LayerProbe::futureAttention(int head, float* out) const {
  const int64_t context = m_context.tokens;
  std::vector<double> sum(size_t(context), 0);
  for (int g = 0; g < m_shape.group; ++g) {
    for (int q = 0; q < m_queries; ++q) {
      const float* p = probs(head, g, q);
      double total = 0;
      for (int64_t i = 0; i < m_tokens; ++i) total += p[i];
      for (int64_t i = 0; i < context; ++i) sum[size_t(i)] += p[i] / total;
    }
  }
  for (int64_t i = 0; i < context; ++i) {
    const float* v = m_v.data() + (int64_t(head) * context + i) * m_shape.headDim;
    double norm = 0;
    for (int d = 0; d < m_shape.headDim; ++d) norm += double(v[d]) * v[d];
    out[i] = float(sum[size_t(i)] / (double(m_queries) * m_shape.group) * std::sqrt(norm));
  }
}

std::vector<double> LayerProbe::errorCurve(int head, std::span<const int32_t> order, std::span<const int64_t> sizes,
                                           const std::vector<float>& gram) const {
  const int dim = m_shape.headDim, width = m_shape.group * dim;
  const int64_t context = m_context.tokens;
  const float* values = m_trace.v + int64_t(head) * m_tokens * dim;
  std::vector<double> error(sizes.size(), 0);
  // (sizes, group * dim) outputs of one query; the last row is the whole context
  std::vector<float> outputs((sizes.size() + 1) * size_t(width)), sum(static_cast<size_t>(dim));
  for (int q = 0; q < m_queries; ++q) {
    for (int g = 0; g < m_shape.group; ++g) {
      const float* p = probs(head, g, q);
      std::fill(sum.begin(), sum.end(), 0.f);
      float mass = 0;
      const auto add = [&](int64_t i) {
        const float weight = p[i];
        const float* v = values + i * dim;
        for (int d = 0; d < dim; ++d) sum[size_t(d)] += weight * v[d];
        mass += weight;
      };
      const auto store = [&](size_t row) {
        for (int d = 0; d < dim; ++d) outputs[row * size_t(width) + size_t(g * dim + d)] = sum[size_t(d)] / mass;
      };
      for (int64_t i = context; i <= m_first + q; ++i) add(i);
      size_t done = 0;
      for (size_t s = 0; s < sizes.size(); ++s) {
        for (; done < size_t(sizes[s]) && done < order.size(); ++done) add(order[done]);
        store(s);
      }
      for (; done < order.size(); ++done) add(order[done]);
      store(sizes.size());
    }
    const float* whole = outputs.data() + sizes.size() * size_t(width);
    for (size_t s = 0; s < sizes.size(); ++s) {
      float* delta = outputs.data() + s * size_t(width);
      for (int d = 0; d < width; ++d) delta[d] -= whole[d];
      double norm = 0;
      for (int a = 0; a < width; ++a) {
        const float* row = gram.data() + int64_t(a) * width;
        float dot = 0;
        for (int b = 0; b < width; ++b) dot += row[b] * delta[b];
        norm += double(dot) * delta[a];
      }
      error[s] += std::max(0., norm) / m_residual[size_t(q)];
    }
  }
  for (double& e : error) e /= m_queries;
  return error;
}

void repeatAttention(const LayerTrace& t, const HeadShape& shape, int64_t context, int queryHead, float* out) {
  constexpr int kRows = 32;  // queries whose logits stand at a time
  const int dim = shape.headDim;
  const float scale = t.scale > 0 ? t.scale : 1.f / std::sqrt(float(dim));
  const Sideways keys(t.k + int64_t(queryHead / shape.group) * t.tokens * dim, dim, t.tokens, dim);
  std::vector<float> rows(size_t(kRows) * size_t(dim)), logits(size_t(kRows) * size_t(keys.stride));
  std::fill(out, out + context, 0.f);
  for (int64_t at = context; at < t.tokens; at += kRows) {
    const int count = int(std::min<int64_t>(kRows, t.tokens - at));
    for (int q = 0; q < count; ++q) rotatedQuery(t, shape, at + q, queryHead, rows.data() + q * dim);
    dotAll(rows.data(), count, keys, at + count, logits.data());
    for (int q = 0; q < count; ++q) {
      float* row = logits.data() + q * keys.stride;
      const int64_t visible = at + q + 1, from = t.window > 0 ? std::max<int64_t>(0, visible - t.window) : 0;
      const float sum = expScaled(row + from, visible - from, scale, maxOf(row + from, visible - from) * scale);
      for (int64_t i = from; i < context; ++i) out[i] = std::max(out[i], row[i] / sum);
    }
  }
}

std::vector<float> headGram(const std::vector<float>& outputProjection, const HeadShape& shape, int head) {
  const int width = shape.group * shape.headDim, columns = shape.queryHeads() * shape.headDim;
  std::vector<float> gram(size_t(width) * size_t(width), 0.f);
  for (int r = 0; r < shape.hidden; ++r) {
    const float* row = outputProjection.data() + int64_t(r) * columns + int64_t(head) * width;
    for (int a = 0; a < width; ++a) {
      float* out = gram.data() + int64_t(a) * width;
      for (int b = 0; b < width; ++b) out[b] += row[a] * row[b];
    }
  }
  return gram;
}

}  // namespace presslab
