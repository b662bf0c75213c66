// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/cuda_sequence.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/engine/sequence_checks.h"
#include "core/press/check_keep.h"
#include "core/press/pressed_layers.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {
namespace {

constexpr int64_t kRopeAhead = 512;       // presses look this far behind the context
constexpr int64_t kLogitColumns = 32768;  // rows of the output matrix that stand unpacked at a time
constexpr int kAllWell = std::numeric_limits<int32_t>::max();

void toHost(const at::Tensor& t, float* out) { cuda::copyToHost(out, t.const_data_ptr<float>(), t.numel() * int64_t(sizeof(float)), nullptr); }

}  // namespace

CudaSequence::CudaSequence(CudaBackend& b)
    : CudaSequence(b, CudaCache(b.config().layers, b.config().kvHeads, b.config().headDim, b.cacheType(), b.masksByPosition(), b.device()), 0) {}

CudaSequence::CudaSequence(CudaBackend& backend, CudaCache cache, int64_t position)
    : m_backend(backend), m_cache(std::move(cache)), m_rope(backend.rope(position + kRopeAhead)), m_token(backend), m_position(position) {}

std::unique_ptr<Sequence> CudaSequence::clone() const {
  m_backend.enter();
  checkCopied(m_prefilling);
  std::unique_ptr<CudaSequence> copy(new CudaSequence(m_backend, m_cache.clone(), m_position));
  if (m_compression) {
    copy->startCompression(*m_compression);
    if (m_queries.defined()) copy->m_queries.copy_(m_queries);
  }
  return copy;
}

void CudaSequence::beginPrefill(std::span<const int32_t> ids, TraceNeeds needs) {
  m_backend.enter();
  const ModelConfig& c = m_backend.config();
  checkContext(ids, c, m_position != 0 || m_prefilling);
  for (const int32_t id : ids) checkId(id, c);
  m_needs = needs;
  m_tokens = int64_t(ids.size());
  m_rope = m_backend.rope(m_tokens + kRopeAhead);
  // Pressed where it is: no array comes to the host. Not where a window hides keys from attention, which presses score all the same.
  if (needs.device.able && !m_backend.masksByPosition()) {
    m_needs.keys = m_needs.values = m_needs.queries = false;
    m_needs.input = needs.device.hostInput;
    m_pressed = std::make_unique<PressLayer>(m_backend, m_rope, needs.device, m_tokens);
  }
  m_x = m_backend.zeros(m_tokens * c.hidden).view({m_tokens, c.hidden});
  m_bad = m_backend.bytes(int64_t(sizeof(int32_t)));
  const at::Tensor onDevice = m_backend.bytes(m_tokens * int64_t(sizeof(int32_t)));
  cuda::copyToDevice(onDevice.mutable_data_ptr(), ids.data(), m_tokens * int64_t(sizeof(int32_t)), nullptr);
  cuda::embedRows(static_cast<const int32_t*>(onDevice.const_data_ptr()), int(m_tokens), 0, m_backend.embedding().matrix, c.embeddingScale,
                  m_backend.learnedPositions(), m_x.mutable_data_ptr<float>(), nullptr);
  cuda::checkLaunch();
  m_prefilling = true;
  const size_t t = size_t(m_tokens), rows = t * size_t(c.kvHeads * c.headDim);
  if (m_needs.queries) m_traceQ.resize(t * size_t(c.heads * c.headDim));
  if (m_needs.input) m_traceX.resize(t * size_t(c.hidden));
  if (m_needs.residual) m_traceResidual.resize(t * size_t(c.hidden));
  if (m_needs.keys) m_traceK.resize(rows);
  if (m_needs.values) m_traceV.resize(rows);
  m_scratch = int64_t(m_x.nbytes()) + (m_pressed ? m_pressed->bytes() : 0);
  for (const auto* v : {&m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) m_scratch += int64_t(v->capacity() * sizeof(float));
}

const CudaSequence::DenseLayer& CudaSequence::dense(int l) {
  if (m_dense.layer == l) return m_dense;
  m_dense = {};  // the one before goes first
  const CudaLayer& w = m_backend.layer(l);
  const auto matrix = [&](const StoredMatrix& m) { return m ? m_backend.dense(m) : at::Tensor(); };
  m_dense = {l, matrix(w.q), matrix(w.k), matrix(w.v), matrix(w.o), matrix(w.gate), matrix(w.up), matrix(w.down)};
  return m_dense;
}

/// Queries, keys and values of normalised rows; keys and values go into the cache. Returns what attention gives, of the product type.
at::Tensor CudaSequence::attendRows(int l, int64_t start, int64_t n, const at::Tensor& norm) {
  const ModelConfig& c = m_backend.config();
  const CudaLayer& w = m_backend.layer(l);
  const DenseLayer& m = dense(l);
  const at::Tensor q = m_backend.multiply(norm, m.q).contiguous(), k = m_backend.multiply(norm, m.k).contiguous(),
                   v = m_backend.multiply(norm, m.v).contiguous();
  const bool local = c.isSliding(l) && m_rope->host.apart;
  at::Tensor record;
  if (m_needs.queries) record = m_backend.zeros(q.numel());
  cuda::ProjectRowsArgs p{};
  p.q = q.mutable_data_ptr<float>(), p.k = k.mutable_data_ptr<float>(), p.v = v.mutable_data_ptr<float>();
  p.qBias = floats(w.qBias), p.kBias = floats(w.kBias), p.vBias = floats(w.vBias);
  p.qNorm = m_backend.headNorm(w.qNorm), p.kNorm = m_backend.headNorm(w.kNorm);
  p.cos = m_rope->dim > 0 ? floats(local ? m_rope->slidingCos : m_rope->cos) : nullptr;
  p.sin = m_rope->dim > 0 ? floats(local ? m_rope->slidingSin : m_rope->sin) : nullptr;
  p.ropeDim = int(m_rope->dim), p.heads = c.heads, p.kvHeads = c.kvHeads, p.headDim = c.headDim;
  p.n = int(n), p.start = int(start);
  p.record = record.defined() ? record.mutable_data_ptr<float>() : m_pressed ? m_pressed->queriesAt(start) : nullptr;
  p.cache = m_cache.deviceHeads() + int64_t{l} * c.kvHeads;
  p.elem = m_cache.elem();
  cuda::projectRows(p, nullptr);
  if (m_needs.queries) toHost(record, m_traceQ.data() + start * c.heads * c.headDim);

  at::Tensor out = at::empty({n, int64_t{c.heads} * c.headDim}, m_backend.productOptions());
  cuda::PrefillAttentionArgs a{};
  a.q = p.q;
  a.cache = p.cache;
  a.elem = p.elem;
  a.outType = m_backend.productType();
  a.out = out.mutable_data_ptr();
  a.n = p.n, a.start = p.start, a.kvHeads = c.kvHeads, a.group = c.heads / c.kvHeads, a.headDim = c.headDim;
  a.scale = m_backend.attentionScale();
  a.window = c.isSliding(l) ? int(c.slidingWindow) : 0;
  a.exact = m_backend.exact();
  if (m_pressed) m_pressed->recordWindow(a);
  cuda::prefillAttention(a, nullptr);
  return out;
}

void CudaSequence::feedForwardRows(int l, int64_t start, int64_t n, const at::Tensor& attended) {
  const ModelConfig& c = m_backend.config();
  const CudaLayer& w = m_backend.layer(l);
  const DenseLayer& m = dense(l);
  const auto addBias = [&](const at::Tensor& rows, const at::Tensor& bias) {
    if (bias.defined()) cuda::addBias(rows.mutable_data_ptr<float>(), floats(bias), int(n), int(rows.size(1)), nullptr);
  };
  at::Tensor block = m_backend.multiply(attended, m.o).contiguous();
  addBias(block, w.oBias);
  const at::Tensor norm = at::empty({n, c.hidden}, m_backend.productOptions());
  cuda::NormRowsArgs r{};
  r.x = m_x.mutable_data_ptr<float>() + start * c.hidden;
  r.delta = floats(block);
  r.post = m_backend.norm(w.attnPostNorm);
  r.norm = m_backend.norm(w.ffnNorm);
  r.outType = m_backend.productType();
  r.out = norm.mutable_data_ptr();
  r.n = int(n), r.hidden = c.hidden;
  cuda::normRows(r, nullptr);

  const at::Tensor up = m_backend.multiply(norm, m.up).contiguous();
  at::Tensor gate;
  if (c.gated) gate = m_backend.multiply(norm, m.gate).contiguous();
  const at::Tensor wide = at::empty({n, c.feedForward}, m_backend.productOptions());
  const float* bias = floats(w.upBias);
  if (c.gated)
    cuda::activateRows(floats(gate), nullptr, floats(up), bias, m_backend.activation(), int(n), c.feedForward, r.outType, wide.mutable_data_ptr(),
                       nullptr);
  else
    cuda::activateRows(floats(up), bias, nullptr, nullptr, m_backend.activation(), int(n), c.feedForward, r.outType, wide.mutable_data_ptr(),
                       nullptr);

  block = m_backend.multiply(wide, m.down).contiguous();
  addBias(block, w.downBias);
  r.delta = floats(block);
  r.post = m_backend.norm(w.ffnPostNorm);
  r.norm = {};
  r.out = nullptr;
  r.bad = static_cast<int32_t*>(m_bad.mutable_data_ptr());
  cuda::copyToDevice(r.bad, &kAllWell, int64_t(sizeof kAllWell), nullptr);
  cuda::normRows(r, nullptr);
  cuda::checkLaunch();
  int32_t bad = 0;
  cuda::copyToHost(&bad, r.bad, int64_t(sizeof bad), nullptr);  // also waits, so that the time of a chunk is its own
  if (bad != kAllWell) valueNotFinite(l, start + bad);
}

void CudaSequence::prefillChunk(int l, int64_t start, int64_t n) {
  m_backend.enter();
  const ModelConfig& c = m_backend.config();
  checkPart("prefill: no chunk of", m_prefilling, start, n, m_tokens);
  if (start == 0) {
    settleBounded();
    m_cache.beginLayer(l, m_tokens);
  }
  const at::Tensor norm = at::empty({n, c.hidden}, m_backend.productOptions());
  cuda::NormRowsArgs r{};
  r.x = m_x.mutable_data_ptr<float>() + start * c.hidden;
  r.norm = m_backend.norm(m_backend.layer(l).attnNorm);
  r.outType = m_backend.productType();
  r.out = norm.mutable_data_ptr();
  r.n = int(n), r.hidden = c.hidden;
  at::Tensor record;
  if (m_pressed) r.record = m_pressed->inputAt(start);
  if (m_needs.input && !r.record) {
    record = m_backend.zeros(n * c.hidden);
    r.record = record.mutable_data_ptr<float>();
  }
  if (m_needs.residual) cuda::copyToHost(m_traceResidual.data() + start * c.hidden, r.x, n * c.hidden * int64_t(sizeof(float)), nullptr);
  cuda::normRows(r, nullptr);
  if (m_needs.input) cuda::copyToHost(m_traceX.data() + start * c.hidden, r.record, n * c.hidden * int64_t(sizeof(float)), nullptr);
  feedForwardRows(l, start, n, attendRows(l, start, n, norm));
  if (start + n == m_tokens && c.isBounded(l)) {
    m_whole = l;
    if (!m_needs.any() && !m_pressed) settleBounded();  // nobody will ask for its trace
  }
}

LayerTrace CudaSequence::trace(int l) {
  m_backend.enter();
  const ModelConfig& c = m_backend.config();
  LayerTrace t;
  t.layer = l;
  t.tokens = m_tokens;
  const int64_t perHead = m_tokens * c.headDim;
  for (int h = 0; h < c.kvHeads; ++h) {
    if (m_needs.keys) m_cache.readRows(l, h, 0, m_tokens, false, m_traceK.data() + h * perHead);
    if (m_needs.values) m_cache.readRows(l, h, 0, m_tokens, true, m_traceV.data() + h * perHead);
  }
  if (m_pressed) {
    m_pressed->setLayer(l, m_cache);
    t.device = m_pressed.get();
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
  describeRotation(t, c, m_rope->host, l);
  return t;
}

void CudaSequence::keep(int l, const LayerKeep& kept) {
  m_backend.enter();
  if (rewritesRows(kept))
    badInput(
        "a press that rewrites kept rows (merged values, turned or zeroed keys): on a device kept rows are moved, not rewritten; --device cpu runs "
        "it");
  if (m_backend.config().isBounded(l))
    settleBounded();  // its own window, whatever the plan says
  else {
    m_cache.keep(l, kept);
    if (kept.decode && !(m_compression && m_compression->keeper() == kept.decode)) startCompression({kept.decode, m_backend.shape()});
  }
  cuda::wait(nullptr);  // so that the time of the compaction is its own
}

/// A bounded layer becomes rings of its window; what lies before goes back to the allocator.
void CudaSequence::settleBounded() {
  if (m_whole < 0) return;
  m_cache.keep(m_whole, slidingRings(m_backend.config().kvHeads, m_backend.config().slidingWindow, m_tokens));
  m_whole = -1;
}

void CudaSequence::endPrefill(float* lastLogits) {
  m_backend.enter();
  checkEnd(m_prefilling);
  settleBounded();
  m_dense = {};
  m_pressed.reset();
  if (lastLogits) m_token.logitsOf(floats(m_x) + (m_tokens - 1) * m_backend.config().hidden, lastLogits, m_tokens - 1);
  m_x = at::Tensor();
  for (auto* v : {&m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) std::vector<float>().swap(*v);
  m_prefilling = false;
  m_position = m_tokens;
  m_backend.giveBack();
}

void CudaSequence::chunkLogits(int64_t start, int64_t count, float* out) {
  m_backend.enter();
  const ModelConfig& c = m_backend.config();
  checkPart("no logits of", m_prefilling, start, count, m_tokens);
  const at::Tensor norm = at::empty({count, c.hidden}, m_backend.productOptions());
  cuda::NormRowsArgs r{};
  r.x = m_x.mutable_data_ptr<float>() + start * c.hidden;
  r.norm = m_backend.norm(m_backend.outputNorm());
  r.outType = m_backend.productType();
  r.out = norm.mutable_data_ptr();
  r.n = int(count), r.hidden = c.hidden;
  cuda::normRows(r, nullptr);
  std::vector<float> part;
  for (int64_t first = 0; first < c.vocab; first += kLogitColumns) {
    const int64_t columns = std::min(kLogitColumns, c.vocab - first);
    const at::Tensor logits = m_backend.multiply(norm, m_backend.dense(m_backend.output(), first, columns)).contiguous();
    part.resize(size_t(count * columns));
    toHost(logits, part.data());
    for (int64_t i = 0; i < count; ++i) std::copy_n(part.data() + i * columns, columns, out + i * c.vocab + first);
  }
  checkLogitRows(out, count, c.vocab, start);
}

void CudaSequence::decode(int32_t id, float* logits, const AttentionTap& tap) {
  m_backend.enter();
  const ModelConfig& c = m_backend.config();
  checkStep(m_prefilling, m_position, c);
  checkId(id, c);
  if (m_rope->host.positions() <= m_position) m_rope = m_backend.rope(m_position + kRopeAhead);
  m_cache.advanceAll(int32_t(m_position));
  m_token.run(id, m_position, m_cache, *m_rope, logits, m_compression && m_compression->readsAttention() ? summed(tap) : tap);
  if (m_compression) {
    Held held(*this);
    m_compression->endToken(held, m_position);
  }
  ++m_position;
}

CacheBytes CudaSequence::bytes() const { return bytesOf(m_cache, m_scratch); }

void CudaSequence::reserve(int64_t newTokens) {
  m_backend.enter();
  m_cache.reserve(newTokens);
  m_rope = m_backend.rope(std::max(m_rope->host.positions(), std::min(m_position + newTokens, m_backend.config().contextLength)));
  cuda::wait(nullptr);
}

}  // namespace presslab::cuda_path
