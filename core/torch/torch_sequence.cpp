// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_sequence.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/all.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/engine/sequence_checks.h"
#include "core/press/check_keep.h"
#include "core/press/pressed_layers.h"

namespace presslab::torch_path {
namespace {

constexpr int64_t kRopeAhead = 512;  // presses look this far behind the context
constexpr int64_t kLogitRows = 256;  // rows of logits that stand on the device at a time

void toHost(const at::Tensor& t, float* out) {
  const at::Tensor host = t.to(at::kCPU, at::kFloat).contiguous();
  std::memcpy(out, host.const_data_ptr<float>(), size_t(host.numel()) * sizeof(float));
}

/// One flag a row.
at::Tensor finiteRows(const at::Tensor& x) { return at::all(at::isfinite(x), -1); }

}  // namespace

TorchSequence::TorchSequence(TorchBackend& backend)
    : TorchSequence(backend, TorchCache(backend.config().layers, backend.config().kvHeads, backend.config().headDim, backend.cacheOptions()), 0) {}

TorchSequence::TorchSequence(TorchBackend& backend, TorchCache cache, int64_t position)
    : m_backend(backend), m_cache(std::move(cache)), m_rope(backend.rope(position + kRopeAhead)), m_position(position) {}

std::unique_ptr<Sequence> TorchSequence::clone() const {
  checkCopied(m_prefilling);
  return std::unique_ptr<Sequence>(new TorchSequence(m_backend, m_cache.clone(), m_position));
}

void TorchSequence::beginPrefill(std::span<const int32_t> ids, TraceNeeds needs) {
  const ModelConfig& c = m_backend.config();
  checkContext(ids, c, m_position != 0 || m_prefilling);
  m_needs = needs;
  m_tokens = int64_t(ids.size());
  m_x = m_backend.embed(ids, 0);
  m_prefilling = true;
  m_rope = m_backend.rope(m_tokens + kRopeAhead);
  const size_t t = size_t(m_tokens), rows = t * size_t(c.kvHeads * c.headDim);
  if (needs.queries) m_traceQ.resize(t * size_t(c.heads * c.headDim));
  if (needs.input) m_traceX.resize(t * size_t(c.hidden));
  if (needs.residual) m_traceResidual.resize(t * size_t(c.hidden));
  if (needs.keys) m_traceK.resize(rows);
  if (needs.values) m_traceV.resize(rows);
  m_scratch = int64_t(m_x.storage().nbytes());
  for (const auto* v : {&m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) m_scratch += int64_t(v->capacity() * sizeof(float));
}

at::Tensor TorchSequence::feedForward(const at::Tensor& x, const LayerWeights& w) const {
  const at::Tensor n = m_backend.norm(x, w.ffnNorm), up = m_backend.linear(n, w.up, w.upBias);
  const at::Tensor wide = w.gate.defined() ? m_backend.activate(m_backend.linear(n, w.gate)) * up : m_backend.activate(up);
  return addBlock(x, m_backend.linear(wide, w.down, w.downBias), w.ffnPostNorm);
}

/// x and a block's result, with the norm that some architectures put behind it.
at::Tensor TorchSequence::addBlock(const at::Tensor& x, const at::Tensor& block, const TorchNorm& post) const {
  return x + (post.weight.defined() ? m_backend.norm(block, post) : block);
}

TorchSequence::Projections TorchSequence::project(const at::Tensor& norm, const LayerWeights& w) const {
  const ModelConfig& c = m_backend.config();
  const int64_t n = norm.size(0);
  return {m_backend.rms(m_backend.linear(norm, w.q, w.qBias).view({n, c.heads, c.headDim}), w.qNorm),
          m_backend.rms(m_backend.linear(norm, w.k, w.kBias).view({n, c.kvHeads, c.headDim}), w.kNorm),
          m_backend.linear(norm, w.v, w.vBias).view({n, c.kvHeads, c.headDim})};
}

void TorchSequence::record(int64_t start, const at::Tensor& x, const at::Tensor& norm, const at::Tensor& q) {
  if (m_needs.residual) toHost(x, m_traceResidual.data() + start * x.size(1));
  if (m_needs.input) toHost(norm, m_traceX.data() + start * norm.size(1));
  if (m_needs.queries) toHost(q, m_traceQ.data() + start * q.size(1));
}

at::Tensor TorchSequence::prefillAttention(int l, const at::Tensor& q, int64_t start) const {
  const ModelConfig& c = m_backend.config();
  const int64_t count = q.size(0), g = c.heads / c.kvHeads, d = c.headDim, end = start + count;
  const auto options = at::TensorOptions().dtype(at::kLong).device(m_backend.device());
  const at::Tensor key = at::arange(end, options).unsqueeze(0), query = at::arange(start, end, options).unsqueeze(1);
  at::Tensor hidden = key > query;  // (count, end)
  if (c.isSliding(l)) hidden = at::logical_or(hidden, key <= query - c.slidingWindow);
  std::vector<at::Tensor> parts;  // (count, group, headDim) of each KV head
  for (int h = 0; h < c.kvHeads; ++h) {
    const at::Tensor rows = q.narrow(1, h * g, g).transpose(0, 1).reshape({g * count, d});
    const at::Tensor keys = m_cache.keys(l, h).narrow(0, 0, end).to(at::kFloat), values = m_cache.values(l, h).narrow(0, 0, end).to(at::kFloat);
    at::Tensor scores = at::matmul(rows, keys.t()).mul_(double(m_backend.attentionScale())).view({g, count, end});
    scores.masked_fill_(hidden, -std::numeric_limits<float>::infinity());
    const at::Tensor mixed = at::matmul(at::softmax(scores, -1).view({g * count, end}), values);
    parts.push_back(mixed.view({g, count, d}).transpose(0, 1));
  }
  return at::cat(parts, 1).reshape({count, int64_t(c.heads) * d});
}

void TorchSequence::prefillChunk(int l, int64_t start, int64_t count) {
  const ModelConfig& c = m_backend.config();
  const LayerWeights& w = m_backend.layer(l);
  checkPart("prefill: no chunk of", m_prefilling, start, count, m_tokens);
  if (start == 0) {
    settleBounded();
    m_cache.beginLayer(l, m_tokens);
  }
  const at::Tensor x = m_x.narrow(0, start, count);
  const at::Tensor n = m_backend.norm(x, w.attnNorm);
  const Projections p = project(n, w);
  record(start, x, n, p.q.reshape({count, int64_t(c.heads) * c.headDim}));
  m_cache.write(l, start, m_rope->rotate(p.k, start, c.isSliding(l)), p.v);
  const at::Tensor mixed = prefillAttention(l, m_rope->rotate(p.q, start, c.isSliding(l)), start);
  x.copy_(feedForward(addBlock(x, m_backend.linear(mixed, w.o, w.oBias), w.attnPostNorm), w));
  // Reading the flags also waits for the device, so the time of a chunk is its own.
  const at::Tensor finite = finiteRows(x).to(at::kCPU);
  const bool* row = finite.const_data_ptr<bool>();
  if (const bool* bad = std::find(row, row + count, false); bad != row + count) valueNotFinite(l, start + (bad - row));
  if (start + count == m_tokens && c.isBounded(l)) {
    m_whole = l;
    if (!m_needs.any()) settleBounded();  // nobody will ask for its trace
  }
}

LayerTrace TorchSequence::trace(int l) {
  LayerTrace t;
  t.layer = l;
  t.tokens = m_tokens;
  const int64_t perHead = m_tokens * m_backend.config().headDim;
  for (int h = 0; h < m_backend.config().kvHeads; ++h) {
    if (m_needs.keys) toHost(m_cache.keys(l, h), m_traceK.data() + h * perHead);
    if (m_needs.values) toHost(m_cache.values(l, h), m_traceV.data() + h * perHead);
  }
  if (m_needs.keys) t.k = m_traceK.data();
  if (m_needs.values) t.v = m_traceV.data();
  if (m_needs.queries) t.q = m_traceQ.data();
  if (m_needs.input) t.x = m_traceX.data();
  if (m_needs.residual) t.residual = m_traceResidual.data();
  if (m_needs.output) {
    m_traceOutput = m_backend.outputProjection(l);
    t.wo = m_traceOutput.data();
  }
  describeRotation(t, m_backend.config(), m_rope->host, l);
  return t;
}

void TorchSequence::keep(int l, const LayerKeep& kept) {
  if (rewritesRows(kept)) badInput("a press that rewrites kept rows runs on the program's own CPU kernels alone (device cpu, no torch backend)");
  if (m_backend.config().isBounded(l))
    settleBounded();  // its own window, whatever the plan says
  else
    m_cache.keep(l, kept);
  m_backend.giveBack();
}

/// A bounded layer becomes rings of its window; what lies before goes back to the device.
void TorchSequence::settleBounded() {
  if (m_whole < 0) return;
  m_cache.keep(m_whole, slidingRings(m_backend.config().kvHeads, m_backend.config().slidingWindow, m_tokens));
  m_whole = -1;
}

void TorchSequence::endPrefill(float* lastLogits) {
  checkEnd(m_prefilling);
  settleBounded();
  if (lastLogits) {
    toHost(m_backend.logits(m_x.narrow(0, m_tokens - 1, 1)), lastLogits);
    checkLogitRows(lastLogits, 1, m_backend.config().vocab, m_tokens - 1);
  }
  m_x = at::Tensor();
  for (auto* v : {&m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) std::vector<float>().swap(*v);
  m_prefilling = false;
  m_position = m_tokens;
  m_backend.giveBack();
}

void TorchSequence::chunkLogits(int64_t start, int64_t count, float* out) {
  const int64_t vocab = m_backend.config().vocab;
  checkPart("no logits of", m_prefilling, start, count, m_tokens);
  for (int64_t done = 0; done < count; done += kLogitRows) {
    const int64_t rows = std::min(kLogitRows, count - done);
    toHost(m_backend.logits(m_x.narrow(0, start + done, rows)), out + done * vocab);
  }
  checkLogitRows(out, count, vocab, start);
}

at::Tensor TorchSequence::decodeAttention(int l, const at::Tensor& q, const AttentionTap& tap) const {
  const ModelConfig& c = m_backend.config();
  const int64_t g = c.heads / c.kvHeads;
  std::vector<at::Tensor> parts;
  std::vector<float> probs;
  for (int h = 0; h < c.kvHeads; ++h) {
    const at::Tensor keys = m_cache.keys(l, h).to(at::kFloat), values = m_cache.values(l, h).to(at::kFloat);
    at::Tensor scores = at::matmul(q.narrow(0, h * g, g), keys.t()).mul_(double(m_backend.attentionScale()));
    if (c.isSliding(l) && !c.isBounded(l)) {
      const std::span<const int32_t> slots = m_cache.slots(l, h);
      const at::Tensor places = at::tensor(std::vector<int64_t>(slots.begin(), slots.end()), at::kLong).to(m_backend.device());
      scores.masked_fill_(places <= m_position - c.slidingWindow, -std::numeric_limits<float>::infinity());
    }
    const at::Tensor p = at::softmax(scores, -1);
    if (tap) {
      const size_t used = size_t(keys.size(0));
      probs.resize(size_t(g) * used);
      toHost(p, probs.data());
      for (int64_t i = 0; i < g; ++i) tap(l, int(h * g + i), std::span<const float>(probs).subspan(size_t(i) * used, used), m_cache.slots(l, h));
    }
    parts.push_back(at::matmul(p, values));
  }
  return at::stack(parts, 0).reshape({1, int64_t(c.heads) * c.headDim});
}

void TorchSequence::decode(int32_t id, float* logits, const AttentionTap& tap) {
  const ModelConfig& c = m_backend.config();
  checkStep(m_prefilling, m_position, c);
  if (m_rope->host.positions() <= m_position) m_rope = m_backend.rope(m_position + kRopeAhead);
  at::Tensor x = m_backend.embed(std::span<const int32_t>(&id, 1), m_position);
  std::vector<at::Tensor> finite;
  for (int l = 0; l < c.layers; ++l) {
    const LayerWeights& w = m_backend.layer(l);
    const at::Tensor n = m_backend.norm(x, w.attnNorm);
    const Projections p = project(n, w);
    const at::Tensor q = m_rope->rotate(p.q, m_position, c.isSliding(l))[0], k = m_rope->rotate(p.k, m_position, c.isSliding(l))[0], v = p.v[0];
    for (int h = 0; h < c.kvHeads; ++h) m_cache.append(l, h, int32_t(m_position), k[h], v[h]);
    x = feedForward(addBlock(x, m_backend.linear(decodeAttention(l, q, tap), w.o, w.oBias), w.attnPostNorm), w);
    finite.push_back(finiteRows(x));
  }
  // One read for all layers: a read a layer would make the device wait for the host.
  const at::Tensor flags = at::stack(finite).to(at::kCPU);
  const bool* layer = flags.const_data_ptr<bool>();
  if (const bool* bad = std::find(layer, layer + c.layers, false); bad != layer + c.layers) valueNotFinite(bad - layer, m_position);
  if (logits) {
    toHost(m_backend.logits(x), logits);
    checkLogitRows(logits, 1, c.vocab, m_position);
  }
  ++m_position;
}

CacheBytes TorchSequence::bytes() const { return bytesOf(m_cache, m_scratch); }

void TorchSequence::reserve(int64_t newTokens) {
  m_cache.reserve(newTokens);
  m_rope = m_backend.rope(std::max(m_rope->host.positions(), std::min(m_position + newTokens, m_backend.config().contextLength)));
  m_backend.giveBack();
}

}  // namespace presslab::torch_path
