// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/cpu_sequence.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

#include "core/api/error.h"
#include "core/engine/cpu_backend.h"
#include "core/engine/cpu_rows.h"
#include "core/engine/rewrite_rows.h"
#include "core/engine/session.h"
#include "core/press/pressed_layers.h"

namespace presslab {

void CpuSequence::Buffers::resize(int64_t rows, const ModelConfig& c) {
  const size_t n = size_t(rows);
  norm.resize(n * size_t(c.hidden));
  q.resize(n * size_t(c.heads * c.headDim));
  k.resize(n * size_t(c.kvHeads * c.headDim));
  v.resize(k.size());
  attention.resize(q.size());
  projected.resize(norm.size());
  gate.resize(n * size_t(c.feedForward));
  up.resize(gate.size());
}

int64_t CpuSequence::Buffers::bytes() const {
  return int64_t((norm.size() + q.size() + k.size() + v.size() + attention.size() + projected.size() + gate.size() + up.size()) * sizeof(float));
}

CpuSequence::CpuSequence(CpuBackend& backend)
    : CpuSequence(backend, RaggedCache(backend.config().layers, backend.config().kvHeads, backend.config().headDim, backend.elem()), 0) {}

CpuSequence::CpuSequence(CpuBackend& backend, const RaggedCache& cache, int64_t position)
    : m_backend(backend), m_cache(cache.clone()), m_rope(backend.rope(position + kRopeAhead)), m_position(position) {
  m_token.resize(1, backend.config());
  m_tokenX.resize(size_t(backend.config().hidden));
  m_views.resize(size_t(backend.config().kvHeads));
}

std::unique_ptr<Sequence> CpuSequence::clone() const {
  checkCopied(m_prefilling);
  std::unique_ptr<CpuSequence> copy(new CpuSequence(m_backend, m_cache, m_position));
  copy->m_closedUp = m_closedUp;
  copy->m_compression = m_compression;
  return copy;
}

void CpuSequence::beginPrefill(std::span<const int32_t> ids, TraceNeeds needs) {
  const ModelConfig& c = m_backend.config();
  checkContext(ids, c, m_position != 0 || m_prefilling);
  m_prefilling = true;
  m_tokens = int64_t(ids.size());
  m_needs = needs;
  openScratch(ids, 0);
}

/// Room for the rows of ids, which begin at position `first`, and for the record of a layer's m_tokens.
void CpuSequence::openScratch(std::span<const int32_t> ids, int64_t first) {
  const ModelConfig& c = m_backend.config();
  m_rope = m_backend.rope(std::max(m_rope->positions(), m_tokens + kRopeAhead));
  const size_t t = ids.size(), hidden = size_t(c.hidden);
  m_x.resize(t * hidden);
  for (size_t i = 0; i < t; ++i) m_backend.embed(ids[i], first + int64_t(i), m_x.data() + i * hidden);
  m_chunk.resize(std::min(int64_t(t), kPrefillChunk), c);
  if (m_needs.queries) m_traceQ.resize(t * size_t(c.heads * c.headDim));
  if (m_needs.input) m_traceX.resize(t * hidden);
  if (m_needs.residual) m_traceResidual.resize(t * hidden);
  const size_t rows = size_t(m_tokens * c.kvHeads * c.headDim);
  if (m_cache.elem() != kernels::Elem::F32) {  // a float32 cache is its own record
    if (m_needs.keys) m_traceK.resize(rows);
    if (m_needs.values) m_traceV.resize(rows);
  }
  m_scratch = m_chunk.bytes() +
              int64_t((m_x.size() + m_traceQ.size() + m_traceX.size() + m_traceResidual.size() + m_traceK.size() + m_traceV.size()) * sizeof(float));
}

void CpuSequence::closeScratch() {
  for (auto* v : {&m_x, &m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) v->resize(0);
  std::vector<float>().swap(m_traceOutput);
  m_chunk = Buffers();
}

void CpuSequence::norm(const NormWeights& w, const float* x, float* out) const {
  const ModelConfig& c = m_backend.config();
  if (c.norm == Norm::Layer)
    kernels::layerNorm(x, w.weight.data(), w.bias.data(), c.normEps, out, c.hidden);
  else
    m_backend.rmsNorm(x, w.weight, out);
}

void CpuSequence::normRows(const float* x, const NormWeights& w, int64_t rows, float* out) {
  const int64_t hidden = m_backend.config().hidden;
  forRows(m_backend.pool(), rows, [&](int64_t r) { norm(w, x + r * hidden, out + r * hidden); });
}

void CpuSequence::addBiases(const CpuLayer& w, float* q, float* k, float* v) const {
  const auto add = [](float* x, const std::vector<float>& bias) {
    if (!bias.empty()) kernels::addInto(x, bias.data(), int64_t(bias.size()));
  };
  add(q, w.qBias);
  add(k, w.kBias);
  add(v, w.vBias);
}

/// Head norms of one row: what comes before the rotation.
void CpuSequence::normHeads(const CpuLayer& w, float* q, float* k) const {
  const ModelConfig& c = m_backend.config();
  const auto normed = [&](float* x, const NormWeights& n, int heads) {
    for (int h = 0; n && h < heads; ++h, x += c.headDim) m_backend.rmsNorm(x, n.weight, x);
  };
  normed(q, w.qNorm, c.heads);
  normed(k, w.kNorm, c.kvHeads);
}

/// gate = act(gate) * up, or act(up) in a block without gate, whose only branch stands in `gate`.
void CpuSequence::activate(const CpuLayer& w, float* gate, float* up) const {
  const ModelConfig& c = m_backend.config();
  if (!w.upBias.empty()) kernels::addInto(c.gated ? up : gate, w.upBias.data(), c.feedForward);
  const float* other = c.gated ? up : nullptr;
  if (c.activation == Activation::GeluTanh)
    kernels::geluTanhMul(gate, other, gate, c.feedForward);
  else if (c.activation == Activation::Gelu)
    kernels::geluMul(gate, other, gate, c.feedForward);
  else
    kernels::siluMul(gate, other, gate, c.feedForward);
}

/// x += a block's result, with its bias and the norm that some architectures put behind it.
void CpuSequence::addBlock(const std::vector<float>& bias, const NormWeights& post, float* block, float* x) const {
  const int64_t hidden = m_backend.config().hidden;
  if (!bias.empty()) kernels::addInto(block, bias.data(), hidden);
  if (post) norm(post, block, block);
  kernels::addInto(x, block, hidden);
}

void CpuSequence::recordInputs(int64_t start, int64_t count, const float* x) {
  const ModelConfig& c = m_backend.config();
  const auto record = [&](PageFloats& to, const float* from, int64_t width) {
    std::memcpy(to.data() + start * width, from, size_t(count * width) * sizeof(float));
  };
  if (m_needs.residual) record(m_traceResidual, x, c.hidden);
  if (m_needs.input) record(m_traceX, m_chunk.norm.data(), c.hidden);
  if (m_needs.queries) record(m_traceQ, m_chunk.q.data(), int64_t(c.heads) * c.headDim);
}

void CpuSequence::storeRows(int layer, int64_t start, int64_t count) {
  const ModelConfig& c = m_backend.config();
  const int64_t d = c.headDim, first = firstRow() + start;
  const RopeTable& rope = m_rope->of(c.isSliding(layer));
  forRows(m_backend.pool(), count, [&](int64_t r) {
    float* k = m_chunk.k.data() + r * c.kvHeads * d;
    const float* v = m_chunk.v.data() + r * c.kvHeads * d;
    m_backend.rotate(m_chunk.q.data() + r * c.heads * d, c.heads, rope, first + r);
    m_backend.rotate(k, c.kvHeads, rope, first + r);
    for (int h = 0; h < c.kvHeads; ++h) {
      kernels::convertFromF32(m_cache.elem(), k + h * d, keyRow(layer, h, first + r), d);
      kernels::convertFromF32(m_cache.elem(), v + h * d, valueRow(layer, h, first + r), d);
    }
  });
}

void CpuSequence::feedForward(int l, int64_t rows, float* x) {
  const ModelConfig& c = m_backend.config();
  const CpuLayer& w = m_backend.layer(l);
  kernels::Pool& pool = m_backend.pool();
  const int64_t hidden = c.hidden, wide = c.feedForward;
  normRows(x, w.ffnNorm, rows, m_chunk.norm.data());
  const Branches b(w, m_chunk.gate.data(), m_chunk.up.data());
  kernels::gemmMany(b.matrices(), m_chunk.norm.data(), hidden, b.results(), rows, pool);
  forRows(pool, rows, [&](int64_t r) { activate(w, m_chunk.gate.data() + r * wide, m_chunk.up.data() + r * wide); });
  w.down->gemm(m_chunk.gate.data(), wide, m_chunk.projected.data(), hidden, rows, pool);
  forRows(pool, rows, [&](int64_t r) { addBlock(w.downBias, w.ffnPostNorm, m_chunk.projected.data() + r * hidden, x + r * hidden); });
}

void CpuSequence::prefillChunk(int l, int64_t start, int64_t count) {
  checkPart("prefill: no chunk of", m_prefilling, start, count, m_tokens, kPrefillChunk);
  if (start == 0) {
    settleBounded();
    m_cache.beginLayer(l, m_tokens);
  }
  layerChunk(l, start, count);
  if (start + count == m_tokens && m_backend.config().isBounded(l)) {
    m_whole = l;
    if (!m_needs.any()) settleBounded();  // nobody will ask for its trace
  }
}

/// Queries, keys and values of the normed rows of a chunk. In exact the product begins at the bias, as in PyTorch.
void CpuSequence::project(const CpuLayer& w, int64_t rows) {
  const ModelConfig& c = m_backend.config();
  const int64_t qWidth = int64_t(c.heads) * c.headDim, kvWidth = int64_t(c.kvHeads) * c.headDim;
  const kernels::Matrix* const inputs[] = {w.q.get(), w.k.get(), w.v.get()};
  float* const projections[] = {m_chunk.q.data(), m_chunk.k.data(), m_chunk.v.data()};
  const auto given = [](const std::vector<float>& bias) { return bias.empty() ? nullptr : bias.data(); };
  const float* const biases[] = {given(w.qBias), given(w.kBias), given(w.vBias)};
  const bool exact = m_backend.exact();
  kernels::gemmMany(inputs, m_chunk.norm.data(), c.hidden, projections, rows, m_backend.pool(),
                    exact ? std::span<const float* const>(biases) : std::span<const float* const>());
  forRows(m_backend.pool(), rows, [&](int64_t r) {
    float *q = m_chunk.q.data() + r * qWidth, *k = m_chunk.k.data() + r * kvWidth, *v = m_chunk.v.data() + r * kvWidth;
    if (!exact) addBiases(w, q, k, v);
    normHeads(w, q, k);
  });
}

/// Rows [start, start + count) of the scratch through one layer.
void CpuSequence::layerChunk(int l, int64_t start, int64_t count) {
  const ModelConfig& c = m_backend.config();
  const CpuLayer& w = m_backend.layer(l);
  kernels::Pool& pool = m_backend.pool();
  const int64_t hidden = c.hidden, qWidth = int64_t(c.heads) * c.headDim;
  float* x = m_x.data() + start * hidden;
  normRows(x, w.attnNorm, count, m_chunk.norm.data());
  project(w, count);
  recordInputs(start, count, x);
  storeRows(l, start, count);
  prefillAttention(l, start, count);
  w.o->gemm(m_chunk.attention.data(), qWidth, m_chunk.projected.data(), hidden, count, pool);
  forRows(pool, count, [&](int64_t r) { addBlock(w.oBias, w.attnPostNorm, m_chunk.projected.data() + r * hidden, x + r * hidden); });
  feedForward(l, count, x);
  checkLayer(x, count, hidden, l, firstRow() + start);
}

void CpuSequence::prefillAttention(int l, int64_t start, int64_t count) {
  const ModelConfig& c = m_backend.config();
  start += firstRow();
  for (int h = 0; h < c.kvHeads; ++h) {
    m_views[size_t(h)] = {};
    m_views[size_t(h)].k = keyRow(l, h, 0);
    m_views[size_t(h)].v = valueRow(l, h, 0);
    m_views[size_t(h)].length = start + count;
  }
  kernels::PrefillAttentionArgs a{};
  a.q = m_chunk.q.data();
  a.qStride = a.outStride = int64_t(c.heads) * c.headDim;
  a.heads = m_views.data();
  a.out = m_chunk.attention.data();
  a.start = start;
  a.n = count;
  a.kvHeads = c.kvHeads;
  a.group = c.heads / c.kvHeads;
  a.headDim = c.headDim;
  a.elem = m_cache.elem();
  a.scale = m_backend.attentionScale();
  a.exact = m_backend.exactAttention();
  a.window = c.isSliding(l) ? c.slidingWindow : 0;
  kernels::prefillAttention(a, m_backend.pool());
}

/// A bounded layer becomes rings of its window; what lies before goes back to the system.
void CpuSequence::settleBounded() {
  if (m_whole < 0) return;
  m_cache.keep(m_whole, slidingRings(m_backend.config().kvHeads, m_backend.config().slidingWindow, m_tokens));
  m_whole = -1;
}

LayerTrace CpuSequence::trace(int l) {
  const ModelConfig& c = m_backend.config();
  LayerTrace t;
  t.layer = l;
  t.tokens = m_tokens;
  t.pool = &m_backend.pool();
  const int64_t perHead = m_tokens * c.headDim;
  const auto floats = [&](PageFloats& room, bool values) -> const float* {
    const auto row = [&](int h, int64_t r) { return values ? valueRow(l, h, r) : keyRow(l, h, r); };
    if (m_cache.elem() == kernels::Elem::F32) return reinterpret_cast<const float*>(row(0, 0));  // heads follow each other
    const int64_t jobs = (m_tokens + kPrefillChunk - 1) / kPrefillChunk;
    m_backend.pool().forEach(int(jobs * c.kvHeads), [&](int job) {
      const int h = int(job / jobs);
      const int64_t first = job % jobs * kPrefillChunk, n = std::min(kPrefillChunk, m_tokens - first);
      kernels::convertToF32(m_cache.elem(), row(h, first), room.data() + h * perHead + first * c.headDim, n * c.headDim);
    });
    return room.data();
  };
  if (m_needs.keys) t.k = floats(m_traceK, false);
  if (m_needs.values) t.v = floats(m_traceV, true);
  if (m_needs.queries) t.q = m_traceQ.data();
  if (m_needs.input) t.x = m_traceX.data();
  if (m_needs.residual) t.residual = m_traceResidual.data();
  if (m_needs.output) {
    m_traceOutput = m_backend.outputProjection(l);
    t.wo = m_traceOutput.data();
  }
  describeRotation(t, c, *m_rope, l);
  return t;
}

void CpuSequence::keep(int l, const LayerKeep& kept) {
  if (m_backend.config().isBounded(l))
    settleBounded();  // its own window, whatever the plan says
  else {
    LayerTrace rotation;
    describeRotation(rotation, m_backend.config(), *m_rope, l);
    rewriteRows(m_cache, rotation, l, kept);
    m_cache.keep(l, kept);
    if (kept.decode && !(m_compression && m_compression->keeper() == kept.decode)) m_compression.emplace(kept.decode, m_backend.shape());
    if (kept.rerotated) m_closedUp = (m_prefilling ? m_tokens : m_position) - int64_t(kept.heads[0].positions.size());
  }
}

void CpuSequence::chunkLogits(int64_t start, int64_t count, float* out) {
  const int64_t hidden = m_backend.config().hidden, vocab = m_backend.config().vocab;
  checkPart("no logits of", m_prefilling, start, count, m_tokens);
  for (int64_t done = 0; done < count; done += kPrefillChunk) {
    const int64_t rows = std::min(kPrefillChunk, count - done);
    normRows(m_x.data() + (start + done) * hidden, m_backend.outputNorm(), rows, m_chunk.norm.data());
    m_backend.output().gemm(m_chunk.norm.data(), hidden, out + done * vocab, vocab, rows, m_backend.pool());
  }
  for (int64_t r = 0; r < count; ++r) checkLogits(out + r * vocab, vocab, start + r);
}

void CpuSequence::endPrefill(float* lastLogits) {
  const ModelConfig& c = m_backend.config();
  checkEnd(m_prefilling);
  settleBounded();
  if (lastLogits) {
    normRows(m_x.data() + (m_tokens - 1) * c.hidden, m_backend.outputNorm(), 1, m_token.norm.data());
    m_backend.output().gemv(m_token.norm.data(), lastLogits, m_backend.pool());
    checkLogits(lastLogits, c.vocab, m_tokens - 1);
  }
  closeScratch();
  m_prefilling = false;
  m_position = m_tokens;
}

CacheBytes CpuSequence::bytes() const { return bytesOf(m_cache, m_scratch); }

void CpuSequence::reserve(int64_t newTokens) {
  const ModelConfig& c = m_backend.config();
  m_cache.reserve(newTokens);
  kernels::reserveDecodeAttention(c.kvHeads, c.heads / c.kvHeads, c.headDim, m_position + newTokens);
  m_rope = m_backend.rope(std::max(m_rope->positions(), std::min(m_position + newTokens, c.contextLength)));
}

}  // namespace presslab
