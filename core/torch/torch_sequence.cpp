// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_sequence.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/api/error.h"

namespace presslab::torch_path {
namespace {

void toHost(const at::Tensor& t, float* out) {
  const at::Tensor host = t.to(at::kCPU, at::kFloat).contiguous();
  std::memcpy(out, host.const_data_ptr<float>(), size_t(host.numel()) * sizeof(float));
}

std::string positionsRefused(int64_t wanted, int64_t limit) {
  return "context of " + std::to_string(wanted) + " tokens is longer than the model's " + std::to_string(limit) + " positions";
}

}  // namespace

void TorchSequence::beginPrefill(std::span<const int32_t> ids, TraceNeeds needs) {
  const ModelConfig& c = m_backend->config();
  if (ids.empty()) badInput("prefill: no tokens");
  if (int64_t(ids.size()) > c.contextLength) badInput(positionsRefused(int64_t(ids.size()), c.contextLength));
  m_needs = needs;
  m_tokens = int64_t(ids.size());
  const at::Tensor host = at::from_blob(const_cast<int32_t*>(ids.data()), {m_tokens}, at::kInt);
  m_x = m_backend->embed(host.to(m_backend->device(), at::kLong));
  if (needs.queries) m_traceQ.resize(size_t(m_tokens * c.heads * c.headDim));
  if (needs.input) m_traceX.resize(size_t(m_tokens * c.hidden));
  if (needs.residual) m_traceResidual.resize(size_t(m_tokens * c.hidden));
}

at::Tensor TorchSequence::feedForward(const at::Tensor& x, const LayerWeights& w) const {
  const at::Tensor n = m_backend->norm(x, w.ffnNorm);
  return x + m_backend->linear(at::silu(m_backend->linear(n, w.gate)) * m_backend->linear(n, w.up), w.down);
}

void TorchSequence::prefillChunk(int l, int64_t start, int64_t count) {
  const ModelConfig& c = m_backend->config();
  const LayerWeights& w = m_backend->layer(l);
  Layer& layer = m_layers[size_t(l)];
  const int64_t hk = c.kvHeads, g = c.heads / c.kvHeads, d = c.headDim, end = start + count;
  if (!layer.k.defined()) {
    const auto options = at::TensorOptions().dtype(m_backend->kvScalar()).device(m_backend->device());
    layer.k = at::empty({hk, m_tokens, d}, options);
    layer.v = at::empty({hk, m_tokens, d}, options);
    notePeak();
  }
  const at::Tensor x = m_x.narrow(0, start, count);
  const at::Tensor n = m_backend->norm(x, w.attnNorm);
  const at::Tensor q = m_backend->linear(n, w.q).view({count, c.heads, d});
  const at::Tensor k = m_backend->linear(n, w.k).view({count, hk, d});
  const at::Tensor v = m_backend->linear(n, w.v).view({count, hk, d});
  if (m_needs.residual) toHost(x, m_traceResidual.data() + start * c.hidden);
  if (m_needs.input) toHost(n, m_traceX.data() + start * c.hidden);
  if (m_needs.queries) toHost(q, m_traceQ.data() + start * c.heads * d);
  layer.k.narrow(1, start, count).copy_(m_backend->rotate(k, start).transpose(0, 1));
  layer.v.narrow(1, start, count).copy_(v.transpose(0, 1));

  const at::Tensor rotated = m_backend->rotate(q, start).view({count, hk, g, d}).permute({1, 2, 0, 3}).reshape({hk, g * count, d});
  const at::Tensor keys = layer.k.narrow(1, 0, end).to(at::kFloat), values = layer.v.narrow(1, 0, end).to(at::kFloat);
  at::Tensor scores = at::matmul(rotated, keys.transpose(1, 2)) * (1.0 / std::sqrt(double(d)));
  const auto options = at::TensorOptions().dtype(at::kLong).device(m_backend->device());
  const at::Tensor hidden = at::arange(end, options).unsqueeze(0) > at::arange(start, end, options).unsqueeze(1);  // (count, end)
  scores = scores.view({hk, g, count, end}).masked_fill(hidden, -std::numeric_limits<float>::infinity());
  const at::Tensor mixed = at::matmul(at::softmax(scores, -1).view({hk, g * count, end}), values);
  const at::Tensor out = mixed.view({hk, g, count, d}).permute({2, 0, 1, 3}).reshape({count, c.heads * d});
  m_x.narrow(0, start, count).copy_(feedForward(x + m_backend->linear(out, w.o), w));
}

LayerTrace TorchSequence::trace(int l) {
  const ModelConfig& c = m_backend->config();
  const Layer& layer = m_layers[size_t(l)];
  LayerTrace t;
  t.layer = l;
  t.tokens = m_tokens;
  const size_t rows = size_t(c.kvHeads * m_tokens * c.headDim);
  if (m_needs.keys) {
    m_traceK.resize(rows);
    toHost(layer.k, m_traceK.data());
    t.k = m_traceK.data();
  }
  if (m_needs.values) {
    m_traceV.resize(rows);
    toHost(layer.v, m_traceV.data());
    t.v = m_traceV.data();
  }
  if (m_needs.queries) t.q = m_traceQ.data();
  if (m_needs.input) t.x = m_traceX.data();
  if (m_needs.residual) t.residual = m_traceResidual.data();
  t.ropeCos = m_backend->hostCos().data();
  t.ropeSin = m_backend->hostSin().data();
  t.ropeDim = c.ropeDim;
  t.ropePositions = m_backend->ropePositions();
  return t;
}

void TorchSequence::keep(int l, const LayerKeep& kept) {
  Layer& layer = m_layers[size_t(l)];
  layer.heads.resize(kept.heads.size());
  for (size_t h = 0; h < kept.heads.size(); ++h) {
    const HeadKeep& hk = kept.heads[h];
    Head& head = layer.heads[h];
    std::vector<int64_t> rows(hk.positions.begin(), hk.positions.end());
    const at::Tensor index = at::tensor(rows, at::kLong).to(m_backend->device());
    head.k = at::index_select(layer.k[int64_t(h)], 0, index);
    head.v = at::index_select(layer.v[int64_t(h)], 0, index);
    head.positions = hk.positions;
    head.ring = hk.ring;
    head.sink = std::min<int64_t>(hk.sink, int64_t(rows.size()));
    head.recent = hk.recent;
    head.next = head.sink;
  }
  layer.k = layer.v = at::Tensor();
  notePeak();
}

void TorchSequence::split(Layer& layer) const {
  const int hk = m_backend->config().kvHeads;
  layer.heads.resize(size_t(hk));
  for (int h = 0; h < hk; ++h) {
    Head& head = layer.heads[size_t(h)];
    head.k = layer.k[h].clone();
    head.v = layer.v[h].clone();
    head.positions.resize(size_t(m_tokens));
    for (int64_t i = 0; i < m_tokens; ++i) head.positions[size_t(i)] = int32_t(i);
  }
  layer.k = layer.v = at::Tensor();
}

void TorchSequence::endPrefill(float* lastLogits) {
  for (Layer& layer : m_layers)
    if (layer.k.defined()) split(layer);
  if (lastLogits) toHost(m_backend->logits(m_x.narrow(0, m_tokens - 1, 1)), lastLogits);
  m_x = at::Tensor();
  m_position = m_tokens;
  for (auto* v : {&m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) std::vector<float>().swap(*v);
}

void TorchSequence::chunkLogits(int64_t start, int64_t count, float* out) { toHost(m_backend->logits(m_x.narrow(0, start, count)), out); }

void TorchSequence::append(Head& head, const at::Tensor& k, const at::Tensor& v) {
  const int64_t used = int64_t(head.positions.size());
  int64_t row = used;
  if (head.ring && used >= head.sink + head.recent && head.recent > 0) {
    row = head.next;
    head.next = row + 1 == head.sink + head.recent ? head.sink : row + 1;
    head.positions[size_t(row)] = int32_t(m_position);
  } else {
    if (used == head.k.size(0)) {  // room for what was announced, else one step of slack
      const int64_t room = std::max<int64_t>(m_reserve, 16);
      for (at::Tensor* t : {&head.k, &head.v}) {
        const at::Tensor grown = at::empty({used + room, t->size(1)}, t->options());
        grown.narrow(0, 0, used).copy_(*t);
        *t = grown;
      }
    }
    head.positions.push_back(int32_t(m_position));
  }
  head.k[row].copy_(k);
  head.v[row].copy_(v);
}

at::Tensor TorchSequence::attend(Layer& layer, const at::Tensor& q, int l, const AttentionTap& tap) const {
  const ModelConfig& c = m_backend->config();
  const int64_t g = c.heads / c.kvHeads;
  std::vector<at::Tensor> parts;
  std::vector<float> probs;
  for (int h = 0; h < c.kvHeads; ++h) {
    const Head& head = layer.heads[size_t(h)];
    const int64_t used = int64_t(head.positions.size());
    const at::Tensor keys = head.k.narrow(0, 0, used).to(at::kFloat), values = head.v.narrow(0, 0, used).to(at::kFloat);
    const at::Tensor p = at::softmax(at::matmul(q.narrow(0, h * g, g), keys.t()) * (1.0 / std::sqrt(double(c.headDim))), -1);
    if (tap) {
      probs.resize(size_t(g * used));
      toHost(p, probs.data());
      for (int64_t i = 0; i < g; ++i) tap(l, int(h * g + i), std::span<const float>(probs).subspan(size_t(i * used), size_t(used)), head.positions);
    }
    parts.push_back(at::matmul(p, values));
  }
  return at::stack(parts, 0).reshape({1, int64_t(c.heads) * c.headDim});
}

void TorchSequence::decode(int32_t id, float* logits, const AttentionTap& tap) {
  const ModelConfig& c = m_backend->config();
  if (m_position >= c.contextLength) badInput(positionsRefused(m_position + 1, c.contextLength));
  at::Tensor x = m_backend->embed(at::tensor(std::vector<int64_t>{id}, at::kLong).to(m_backend->device()));
  for (int l = 0; l < c.layers; ++l) {
    const LayerWeights& w = m_backend->layer(l);
    Layer& layer = m_layers[size_t(l)];
    const at::Tensor n = m_backend->norm(x, w.attnNorm);
    const at::Tensor q = m_backend->rotate(m_backend->linear(n, w.q).view({1, c.heads, c.headDim}), m_position)[0];
    const at::Tensor k = m_backend->rotate(m_backend->linear(n, w.k).view({1, c.kvHeads, c.headDim}), m_position)[0];
    const at::Tensor v = m_backend->linear(n, w.v).view({c.kvHeads, c.headDim});
    for (int h = 0; h < c.kvHeads; ++h) append(layer.heads[size_t(h)], k[h], v[h]);
    x = feedForward(x + m_backend->linear(attend(layer, q, l, tap), w.o), w);
  }
  ++m_position;
  notePeak();
  if (logits) toHost(m_backend->logits(x), logits);
}

CacheBytes TorchSequence::bytes() const {
  CacheBytes b;
  for (const Layer& layer : m_layers) {
    if (layer.k.defined()) {
      b.held += int64_t(layer.k.nbytes() + layer.v.nbytes());
      b.used = b.held;
    }
    for (const Head& head : layer.heads) {
      if (!head.k.defined()) continue;
      const int64_t row = 2 * head.k.size(1) * int64_t(head.k.element_size()), used = int64_t(head.positions.size()) * row;
      b.used += used;
      b.held += used;
      b.reserved += head.k.size(0) * row - used;
      b.index += int64_t(head.positions.capacity() * sizeof(int32_t));
    }
  }
  b.peak = m_peak;
  if (m_x.defined()) b.scratch = int64_t(m_x.nbytes());
  for (const auto* v : {&m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) b.scratch += int64_t(v->capacity() * sizeof(float));
  return b;
}

void TorchSequence::notePeak() { m_peak = std::max(m_peak, bytes().held); }

int64_t TorchSequence::headBytes(int l, int h) const {
  const Layer& layer = m_layers[size_t(l)];
  if (layer.heads.empty()) return layer.k.defined() ? int64_t(layer.k.nbytes() + layer.v.nbytes()) / layer.k.size(0) : 0;
  const Head& head = layer.heads[size_t(h)];
  return int64_t(head.positions.size()) * 2 * head.k.size(1) * int64_t(head.k.element_size());
}

int64_t TorchSequence::headLength(int l, int h) const {
  const Layer& layer = m_layers[size_t(l)];
  return layer.heads.empty() ? (layer.k.defined() ? m_tokens : 0) : int64_t(layer.heads[size_t(h)].positions.size());
}

std::vector<int32_t> TorchSequence::positions(int l, int h) const {
  std::vector<int32_t> p = m_layers[size_t(l)].heads.empty() ? std::vector<int32_t>() : m_layers[size_t(l)].heads[size_t(h)].positions;
  std::sort(p.begin(), p.end());
  return p;
}

std::unique_ptr<Sequence> TorchSequence::clone() const {
  auto copy = std::make_unique<TorchSequence>(*m_backend);
  copy->m_layers = m_layers;
  for (Layer& layer : copy->m_layers) {
    for (at::Tensor* t : {&layer.k, &layer.v})
      if (t->defined()) *t = t->clone();
    for (Head& head : layer.heads) {
      if (!head.k.defined()) continue;
      head.k = head.k.clone();
      head.v = head.v.clone();
    }
  }
  if (m_x.defined()) copy->m_x = m_x.clone();
  copy->m_needs = m_needs;
  copy->m_tokens = m_tokens;
  copy->m_position = m_position;
  copy->m_reserve = m_reserve;
  copy->m_peak = copy->bytes().held;
  return copy;
}

}  // namespace presslab::torch_path
