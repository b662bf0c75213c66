// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The scores of core/press/scores.h where the layer is.
#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/log.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/nan_to_num.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/cuda/press_layer.h"
#include "kernels/cuda/device_runtime.h"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda_path {
namespace {

constexpr int64_t kRowsAtOnce = 256;  // queries whose attention stands at a time

}  // namespace

at::Tensor PressLayer::rowsOf(int head, bool values) const {
  const cuda::HeadState& s = m_cache->head(m_layer, head);
  const at::ScalarType type = m_cache->elem() == cuda::Type::F32 ? at::kFloat : m_cache->elem() == cuda::Type::F16 ? at::kHalf : at::kBFloat16;
  return at::from_blob(values ? s.v : s.k, {m_tokens, config().headDim}, at::TensorOptions().dtype(type).device(m_backend.device())).to(at::kFloat);
}

at::Tensor PressLayer::valueNorms() const {
  const ModelConfig& c = config();
  at::Tensor norms = m_backend.zeros(c.kvHeads * m_tokens);
  cuda::rowNorms(m_heads, c.kvHeads, m_tokens, m_backend.cacheType(), c.headDim, true, norms.mutable_data_ptr<float>(), nullptr);
  return norms.view({c.kvHeads, m_tokens});
}

at::Tensor PressLayer::queriesOf(int head) const {
  if (!m_queries.defined()) missing("queries");
  const int64_t group = config().heads / config().kvHeads;
  return m_queries.narrow(1, head * group, group).transpose(0, 1).contiguous();
}

void PressLayer::keyNormScores() {
  cuda::keyNormScores(m_heads, config().kvHeads, m_tokens, m_backend.cacheType(), config().headDim, scores(), nullptr);
}

void PressLayer::keyDiffScores() {
  const ModelConfig& c = config();
  const at::Tensor scratch = m_backend.bytes(cuda::keyDiffScratchBytes(c.kvHeads, m_tokens, c.headDim));
  cuda::keyDiffScores(m_heads, c.kvHeads, m_tokens, m_backend.cacheType(), c.headDim, scores(), scratch.mutable_data_ptr(), nullptr);
}

void PressLayer::windowScores(int64_t queries, int pool, bool valueNorm, bool byCount) {
  const ModelConfig& c = config();
  if (queries > m_window)
    throw Failure(ErrorCode::Failed,
                  "window scores: " + std::to_string(queries) + " queries are asked for, " + std::to_string(m_window) + " were recorded");
  if (queries == 0) {  // one token: nobody is asked
    m_scores.zero_();
    return;
  }
  const at::Tensor raw = m_raw.narrow(1, m_window - queries, queries).clone(at::MemoryFormat::Contiguous),  // another policy may ask again
      scratch = m_backend.zeros(c.kvHeads * m_tokens), norms = valueNorm ? valueNorms() : at::Tensor();
  cuda::WindowScoreArgs a{};
  a.windowScores = raw.mutable_data_ptr<float>();
  a.valueNorms = floats(norms);
  a.out = scores();
  a.scratch = scratch.mutable_data_ptr<float>();
  a.kvHeads = c.kvHeads;
  a.group = c.heads / c.kvHeads;
  a.queries = int(queries);
  a.pool = pool;
  a.tokens = m_tokens;
  a.byCount = byCount;
  cuda::windowScores(a, nullptr);
}

void PressLayer::tovaScores() {
  if (m_tokens == 1) {
    m_scores.fill_(1);
    return;
  }
  windowScores(1, 1, false, false);  // by KV head; TOVA takes the mean over all of them
  plane().copy_(plane().mean(0, true));
  putOnTop(m_tokens - 1, m_tokens);
}

void PressLayer::recencyScores(int64_t sinks) {
  plane().copy_(at::arange(m_tokens, m_scores.options()).unsqueeze(0));
  putOnTop(0, std::min(sinks, m_tokens));
}

/// As putOnTop() of core/press/score_layer.cpp: values that are no numbers are passed over.
void PressLayer::putOnTop(int64_t from, int64_t to) {
  if (to <= from) return;
  const double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
  at::Tensor top = at::full({}, lowest, m_scores.options());
  for (const auto& [first, count] : {std::pair<int64_t, int64_t>{0, from}, {to, m_tokens - to}}) {
    if (count > 0) top = at::stack({top, at::nan_to_num(plane().narrow(1, first, count), lowest, highest, lowest).amax()}).amax();
  }
  plane().narrow(1, from, to - from).copy_(at::where(at::isfinite(top), top, at::zeros_like(top)) + 1);
}

/// Queries in runs, so that a part of the T x T matrix stands at a time.
void PressLayer::observedScores(bool valueNorm) {
  const ModelConfig& c = config();
  if (!m_queries.defined()) missing("queries");
  const int64_t group = c.heads / c.kvHeads;
  m_scores.zero_();
  for (int h = 0; h < c.kvHeads; ++h) {
    const at::Tensor keys = keysOf(h), row = plane().select(0, h);
    for (int64_t start = 0; start < m_tokens; start += kRowsAtOnce) {
      const int64_t n = std::min(kRowsAtOnce, m_tokens - start), seen = start + n;
      const at::Tensor q = m_rope->rotate(m_queries.narrow(0, start, n), start, c.isSliding(m_layer)).narrow(1, h * group, group).transpose(0, 1);
      at::Tensor logits = at::matmul(q, keys.narrow(0, 0, seen).t()) * double(m_backend.attentionScale());
      const at::Tensor column = at::arange(seen, keys.options()), query = at::arange(start, seen, keys.options()).unsqueeze(1);
      logits.masked_fill_(column > query, -std::numeric_limits<double>::infinity());
      row.narrow(0, 0, seen).add_(at::softmax(logits, -1).sum(at::IntArrayRef({0, 1})));
    }
  }
  const at::Tensor readers = (m_tokens - at::arange(m_tokens, m_scores.options())) * double(group);
  plane().copy_(valueNorm ? plane() * valueNorms() / readers : plane() / readers);
}

void PressLayer::expectedScores(const ExpectedAttention& e) {
  const ModelConfig& c = config();
  const int64_t dim = c.headDim, group = c.heads / c.kvHeads, counted = m_tokens - e.sinks;
  LayerTrace t;
  t.tokens = m_tokens;
  describeRotation(t, c, m_rope->host, m_layer);
  // The mean rotation as a matrix: the pairs (d, d + half) turn, the rest stays.
  std::vector<float> matrix(size_t(dim * dim), 0.f);
  for (int64_t d = 0; d < dim; ++d) matrix[size_t(d * dim + d)] = 1;
  const std::vector<Rotation> rotation = meanRotation(t, e.future);
  const auto half = int64_t(rotation.size());
  for (int64_t d = 0; d < half; ++d) {
    matrix[size_t(d * dim + d)] = matrix[size_t((d + half) * dim + d + half)] = rotation[size_t(d)].cos;
    matrix[size_t((d + half) * dim + d)] = rotation[size_t(d)].sin;
    matrix[size_t(d * dim + d + half)] = -rotation[size_t(d)].sin;
  }
  const at::Tensor turn = upload(matrix.data(), dim * dim).view({dim, dim});
  const at::Tensor norms = e.valueNorm ? valueNorms() : at::Tensor();
  for (int h = 0; h < c.kvHeads; ++h) {
    at::Tensor mean, gram;  // (group, dim), (group, dim, dim)
    if (e.mean) {
      mean = upload(e.mean + h * group * dim, group * dim).view({group, dim});
      if (e.covariance) gram = upload(e.cov + h * group * dim * dim, group * dim * dim).view({group, dim, dim});
    } else {
      const at::Tensor q = queriesOf(h).narrow(1, e.sinks, counted);
      mean = q.mean({1}, false, at::kDouble).to(at::kFloat);
      const at::Tensor centred = q - mean.unsqueeze(1);
      if (e.covariance) gram = at::matmul(centred.transpose(1, 2), centred) / double(counted);
    }
    const at::Tensor keys = keysOf(h);
    at::Tensor along = at::matmul(at::matmul(mean, turn.t()), keys.t()) * double(m_backend.attentionScale());  // (group, T)
    for (int64_t g = 0; e.covariance && g < group; ++g) {
      const at::Tensor turned = at::matmul(at::matmul(turn, gram.select(0, g)), turn.t());
      along.select(0, g).add_((at::matmul(keys, turned.t()) * keys).sum(1), .5 / double(dim));
    }
    const at::Tensor row = plane().select(0, h);
    row.zero_();
    row.narrow(0, e.sinks, counted).copy_(at::softmax(along.narrow(1, e.sinks, counted), -1).mean(0));
    if (e.valueNorm) row.copy_((row + double(e.epsilon)) * norms.select(0, h));
  }
  putOnTop(0, e.sinks);
}

void PressLayer::lagScores(const LagKv& p) {
  const ModelConfig& c = config();
  if (m_tokens < p.sinks + 2 * p.block) {
    m_scores.fill_(1);
    if (m_tokens > p.sinks)
      plane().narrow(1, p.sinks, m_tokens - p.sinks).copy_(at::arange(m_tokens - p.sinks, m_scores.options()) / double(m_tokens - p.sinks));
    return;
  }
  m_scores.fill_(1);
  const int64_t blocks = (m_tokens - p.sinks) / p.block - 1, dim = c.headDim;
  const at::Tensor scratch = m_backend.bytes(cuda::rankScratchBytes(int(blocks), p.block));
  for (int h = 0; h < c.kvHeads; ++h) {
    at::Tensor score;
    for (const bool values : {false, true}) {
      const at::Tensor rows = rowsOf(h, values).narrow(0, p.sinks, (blocks + 1) * p.block).view({blocks + 1, p.block, dim});
      const at::Tensor next = rows.narrow(0, 1, blocks), low = next.amin({1}, true).to(at::kDouble), high = next.amax({1}, true).to(at::kDouble);
      const at::Tensor x = (rows.narrow(0, 0, blocks).to(at::kDouble) - low) / (high - low).clamp_min(1e-12);
      const at::Tensor sum = x.sum(2), squares = (x * x).sum(2);
      const at::Tensor spread = at::sqrt(((squares - sum * sum / double(dim)) / double(std::max<int64_t>(1, dim - 1))).clamp_min(0.));
      const at::Tensor part = at::softmax(spread, 1) * .5;
      score = values ? score + part : part;
    }
    score = score.to(at::kFloat).contiguous();  // (blocks, block)
    if (!p.crossScoring) {
      const at::Tensor places = at::empty({blocks, p.block}, m_scores.options().dtype(at::kInt));
      cuda::ranks(floats(score), int(blocks), p.block, places.mutable_data_ptr<int32_t>(), scratch.mutable_data_ptr(), nullptr);
      score = places.to(at::kFloat) / double(p.block);
    }
    plane().select(0, h).narrow(0, p.sinks, blocks * p.block).copy_(score.view({-1}));
  }
}

/// b . [x_i, ln(T-i)/7, ln(1+i)/7, [i<4], i/T, 1] in double, some rows at a time.
void PressLayer::importanceScores(const float* weights) {
  if (!m_input.defined()) missing("layer inputs");
  constexpr int64_t kSinks = 4, kOwn = 5;
  const int64_t heads = config().kvHeads, hidden = config().hidden;
  const at::Tensor w = upload(weights, heads * (hidden + kOwn)).view({heads, hidden + kOwn}).to(at::kDouble);
  for (int64_t first = 0; first < m_tokens; first += kRowsAtOnce) {
    const int64_t n = std::min(kRowsAtOnce, m_tokens - first);
    const at::Tensor i = at::arange(first, first + n, w.options());
    const at::Tensor own = at::stack(
        {at::log(double(m_tokens) - i) / 7., at::log(1. + i) / 7., (i < double(kSinks)).to(at::kDouble), i / double(m_tokens), at::ones_like(i)});
    const at::Tensor sum =
        at::matmul(w.narrow(1, 0, hidden), m_input.narrow(0, first, n).to(at::kDouble).t()) + at::matmul(w.narrow(1, hidden, kOwn), own);
    plane().narrow(1, first, n).copy_(sum);
  }
}

}  // namespace presslab::cuda_path
