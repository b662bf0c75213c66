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
#include "core/engine/rewrite_rows.h"
#include "core/engine/session.h"
#include "core/press/pressed_layers.h"

namespace presslab {
namespace {

constexpr int64_t kRopeAhead = 512;         // presses look this far behind the context
constexpr int64_t kRowsPerJob = 16;

/// True when all values are finite: looks at the exponent bits, so the loop is a plain integer reduction.
bool allFinite(const float* x, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) {
    uint32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    bad |= uint32_t((bits & 0x7F800000u) == 0x7F800000u);
  }
  return bad == 0;
}

void checkLayer(const float* x, int64_t rows, int64_t hidden, int layer, int64_t start) {
  if (allFinite(x, rows * hidden)) return;
  int64_t row = 0;
  while (allFinite(x + row * hidden, hidden)) ++row;
  throw Failure(ErrorCode::Failed, "layer " + std::to_string(layer) + " is the first with a value that is not finite, at position " +
                                       std::to_string(start + row));
}

void checkLogits(const float* logits, int64_t vocab, int64_t position) {
  if (allFinite(logits, vocab)) return;
  throw Failure(ErrorCode::Failed, "output matrix: a logit that is not finite at position " + std::to_string(position));
}

template <class F>
void forRows(kernels::Pool& pool, int64_t rows, F&& f) {
  pool.forEach(int((rows + kRowsPerJob - 1) / kRowsPerJob), [&](int job) {
    const int64_t first = job * kRowsPerJob, last = std::min(rows, first + kRowsPerJob);
    for (int64_t r = first; r < last; ++r) f(r);
  });
}

/// The first products of a feed-forward block: gate and up, or up alone in the gate's place.
class Branches {
 public:
  Branches(const CpuLayer& w, float* gate, float* up)
      : m_matrices{w.gate ? w.gate.get() : w.up.get(), w.up.get()}, m_results{gate, up}, m_count(w.gate ? 2 : 1) {}
  std::span<const kernels::Matrix* const> matrices() const { return {m_matrices, m_count}; }
  std::span<float* const> results() const { return {m_results, m_count}; }

 private:
  const kernels::Matrix* m_matrices[2];
  float* m_results[2];
  size_t m_count;
};

}  // namespace

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
  if (m_prefilling) throw Failure(ErrorCode::Failed, "a sequence cannot be copied inside its prefill");
  std::unique_ptr<CpuSequence> copy(new CpuSequence(m_backend, m_cache, m_position));
  copy->m_closedUp = m_closedUp;
  copy->m_decodeKeeper = m_decodeKeeper;
  copy->m_sinceCompression = m_sinceCompression;
  copy->m_queries = m_queries;
  return copy;
}

void CpuSequence::beginPrefill(std::span<const int32_t> ids, TraceNeeds needs) {
  const ModelConfig& c = m_backend.config();
  if (ids.empty()) badInput("the context has no tokens");
  if (int64_t(ids.size()) > c.contextLength)
    badInput("the context has " + std::to_string(ids.size()) + " tokens, the model has " + std::to_string(c.contextLength) + " positions");
  if (m_position != 0 || m_prefilling) throw Failure(ErrorCode::Failed, "a sequence is prefilled once");
  m_prefilling = true;
  m_tokens = int64_t(ids.size());
  m_needs = needs;
  m_rope = m_backend.rope(m_tokens + kRopeAhead);
  const size_t t = size_t(m_tokens), hidden = size_t(c.hidden);
  m_x.resize(t * hidden);
  for (size_t i = 0; i < t; ++i) m_backend.embed(ids[i], int64_t(i), m_x.data() + i * hidden);
  m_chunk.resize(std::min(m_tokens, kPrefillChunk), c);
  if (needs.queries) m_traceQ.resize(t * size_t(c.heads * c.headDim));
  if (needs.input) m_traceX.resize(t * hidden);
  if (needs.residual) m_traceResidual.resize(t * hidden);
  const size_t rows = t * size_t(c.kvHeads * c.headDim);
  if (m_cache.elem() != kernels::Elem::F32) {   // a float32 cache is its own record
    if (needs.keys) m_traceK.resize(rows);
    if (needs.values) m_traceV.resize(rows);
  }
  m_scratch = m_chunk.bytes() +
              int64_t((m_x.size() + m_traceQ.size() + m_traceX.size() + m_traceResidual.size() + m_traceK.size() + m_traceV.size()) * sizeof(float));
}

void CpuSequence::norm(const NormWeights& w, const float* x, float* out) const {
  const ModelConfig& c = m_backend.config();
  if (c.norm == Norm::Layer)
    kernels::layerNorm(x, w.weight.data(), w.bias.data(), c.normEps, out, c.hidden);
  else
    kernels::rmsNorm(x, w.weight.data(), c.normEps, out, c.hidden);
}

void CpuSequence::normRows(const float* x, const NormWeights& w, int64_t rows, float* out) {
  const int64_t hidden = m_backend.config().hidden;
  forRows(m_backend.pool(), rows, [&](int64_t r) { norm(w, x + r * hidden, out + r * hidden); });
}

/// Biases and head norms of one row, up to where the rotation comes.
void CpuSequence::finishProjections(const CpuLayer& w, float* q, float* k, float* v) const {
  const ModelConfig& c = m_backend.config();
  const auto add = [](float* x, const std::vector<float>& bias) {
    if (!bias.empty()) kernels::addInto(x, bias.data(), int64_t(bias.size()));
  };
  add(q, w.qBias);
  add(k, w.kBias);
  add(v, w.vBias);
  const auto normHeads = [&](float* x, const NormWeights& n, int heads) {
    for (int h = 0; n && h < heads; ++h, x += c.headDim) kernels::rmsNorm(x, n.weight.data(), c.normEps, x, c.headDim);
  };
  normHeads(q, w.qNorm, c.heads);
  normHeads(k, w.kNorm, c.kvHeads);
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
  const int64_t d = c.headDim;
  const RopeTable& rope = m_rope->of(c.isSliding(layer));
  forRows(m_backend.pool(), count, [&](int64_t r) {
    const float *cos = rope.cosRow(start + r), *sin = rope.sinRow(start + r);
    float* k = m_chunk.k.data() + r * c.kvHeads * d;
    const float* v = m_chunk.v.data() + r * c.kvHeads * d;
    kernels::rope(m_chunk.q.data() + r * c.heads * d, c.heads, c.headDim, c.ropeDim, cos, sin);
    kernels::rope(k, c.kvHeads, c.headDim, c.ropeDim, cos, sin);
    for (int h = 0; h < c.kvHeads; ++h) {
      kernels::convertFromF32(m_cache.elem(), k + h * d, m_cache.kRow(layer, h, start + r), d);
      kernels::convertFromF32(m_cache.elem(), v + h * d, m_cache.vRow(layer, h, start + r), d);
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
  const ModelConfig& c = m_backend.config();
  const CpuLayer& w = m_backend.layer(l);
  kernels::Pool& pool = m_backend.pool();
  if (!m_prefilling || start < 0 || count < 1 || count > kPrefillChunk || start + count > m_tokens)
    throw Failure(ErrorCode::Failed, "prefill: no chunk of " + std::to_string(count) + " tokens at " + std::to_string(start));
  if (start == 0) {
    settleBounded();
    m_cache.beginLayer(l, m_tokens);
  }
  const int64_t hidden = c.hidden, qWidth = int64_t(c.heads) * c.headDim, kvWidth = int64_t(c.kvHeads) * c.headDim;
  float* x = m_x.data() + start * hidden;
  normRows(x, w.attnNorm, count, m_chunk.norm.data());
  const kernels::Matrix* const inputs[] = {w.q.get(), w.k.get(), w.v.get()};
  float* const projections[] = {m_chunk.q.data(), m_chunk.k.data(), m_chunk.v.data()};
  kernels::gemmMany(inputs, m_chunk.norm.data(), hidden, projections, count, pool);
  forRows(pool, count, [&](int64_t r) {
    finishProjections(w, m_chunk.q.data() + r * qWidth, m_chunk.k.data() + r * kvWidth, m_chunk.v.data() + r * kvWidth);
  });
  recordInputs(start, count, x);
  storeRows(l, start, count);
  prefillAttention(l, start, count);
  w.o->gemm(m_chunk.attention.data(), qWidth, m_chunk.projected.data(), hidden, count, pool);
  forRows(pool, count, [&](int64_t r) { addBlock(w.oBias, w.attnPostNorm, m_chunk.projected.data() + r * hidden, x + r * hidden); });
  feedForward(l, count, x);
  checkLayer(x, count, hidden, l, start);
  if (start + count == m_tokens && c.isBounded(l)) {
    m_whole = l;
    if (!m_needs.any()) settleBounded();    // nobody will ask for its trace
  }
}

void CpuSequence::prefillAttention(int l, int64_t start, int64_t count) {
  const ModelConfig& c = m_backend.config();
  for (int h = 0; h < c.kvHeads; ++h) {
    m_views[size_t(h)] = m_cache.view(l, h);
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
    const auto row = [&](int h, int64_t r) { return values ? m_cache.vRow(l, h, r) : m_cache.kRow(l, h, r); };
    if (m_cache.elem() == kernels::Elem::F32) return reinterpret_cast<const float*>(row(0, 0));   // heads follow each other
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
    settleBounded();                        // its own window, whatever the plan says
  else {
    LayerTrace rotation;
    describeRotation(rotation, m_backend.config(), *m_rope, l);
    rewriteRows(m_cache, rotation, l, kept);
    m_cache.keep(l, kept);
    if (kept.decode && kept.decode != m_decodeKeeper) startDecodeKeeper(kept.decode);
    if (kept.rerotated) m_closedUp = (m_prefilling ? m_tokens : m_position) - int64_t(kept.heads[0].positions.size());
  }
}

void CpuSequence::chunkLogits(int64_t start, int64_t count, float* out) {
  const int64_t hidden = m_backend.config().hidden, vocab = m_backend.config().vocab;
  if (!m_prefilling || start < 0 || count < 1 || start + count > m_tokens)
    throw Failure(ErrorCode::Failed, "no logits of " + std::to_string(count) + " tokens at " + std::to_string(start));
  for (int64_t done = 0; done < count; done += kPrefillChunk) {
    const int64_t rows = std::min(kPrefillChunk, count - done);
    normRows(m_x.data() + (start + done) * hidden, m_backend.outputNorm(), rows, m_chunk.norm.data());
    m_backend.output().gemm(m_chunk.norm.data(), hidden, out + done * vocab, vocab, rows, m_backend.pool());
  }
  for (int64_t r = 0; r < count; ++r) checkLogits(out + r * vocab, vocab, start + r);
}

void CpuSequence::endPrefill(float* lastLogits) {
  const ModelConfig& c = m_backend.config();
  if (!m_prefilling) throw Failure(ErrorCode::Failed, "prefill: ended before it began");
  settleBounded();
  if (lastLogits) {
    normRows(m_x.data() + (m_tokens - 1) * c.hidden, m_backend.outputNorm(), 1, m_token.norm.data());
    m_backend.output().gemv(m_token.norm.data(), lastLogits, m_backend.pool());
    checkLogits(lastLogits, c.vocab, m_tokens - 1);
  }
  for (auto* v : {&m_x, &m_traceQ, &m_traceX, &m_traceResidual, &m_traceK, &m_traceV}) v->resize(0);
  std::vector<float>().swap(m_traceOutput);
  m_chunk = Buffers();
  m_prefilling = false;
  m_position = m_tokens;
}

void CpuSequence::tap(int l, const AttentionTap& tap) {
  const ModelConfig& c = m_backend.config();
  const int group = c.heads / c.kvHeads;
  const size_t stride = m_probs.size() / size_t(c.heads);
  for (int h = 0; h < c.kvHeads; ++h)
    for (int g = 0; g < group; ++g) {
      const size_t qh = size_t(h * group + g);
      tap(l, int(qh), std::span<const float>(m_probs).subspan(qh * stride, size_t(m_cache.length(l, h))), m_cache.slots(l, h));
    }
}

/// What a new token of the layer sees of a head. Slots of a head that is no ring ascend, so those before the window are a first part to skip;
/// a tap wants every slot told, and rings are out of order: there the positions decide.
kernels::KvHeadView CpuSequence::visible(int l, int h, bool tapped) const {
  const ModelConfig& c = m_backend.config();
  kernels::KvHeadView view = m_cache.view(l, h);
  const int64_t first = m_position - c.slidingWindow + 1;
  if (!c.isSliding(l) || c.isBounded(l) || first <= 0) return view;
  const std::span<const int32_t> slots = m_cache.slots(l, h);
  if (tapped || m_cache.isRing(l, h) || view.blockRows > 0) {
    view.positions = slots.data();
    view.first = first;
    return view;
  }
  const int64_t skipped = std::lower_bound(slots.begin(), slots.end(), first) - slots.begin(), bytes = skipped * kernels::rowBytes(m_cache.elem(), c.headDim);
  view.k = static_cast<const std::byte*>(view.k) + bytes;
  view.v = static_cast<const std::byte*>(view.v) + bytes;
  view.length -= skipped;
  return view;
}

void CpuSequence::decodeAttention(int l, const AttentionTap& tapped) {
  const ModelConfig& c = m_backend.config();
  const int64_t d = c.headDim;
  const RopeTable& rope = m_rope->of(c.isSliding(l));
  const float *cos = rope.cosRow(m_position - m_closedUp), *sin = rope.sinRow(m_position - m_closedUp);
  kernels::rope(m_token.q.data(), c.heads, c.headDim, c.ropeDim, cos, sin);
  kernels::rope(m_token.k.data(), c.kvHeads, c.headDim, c.ropeDim, cos, sin);
  int64_t longest = 0;
  for (int h = 0; h < c.kvHeads; ++h) {
    const int64_t slot = m_cache.append(l, h, int32_t(m_position));
    kernels::convertFromF32(m_cache.elem(), m_token.k.data() + h * d, m_cache.kRow(l, h, slot), d);
    kernels::convertFromF32(m_cache.elem(), m_token.v.data() + h * d, m_cache.vRow(l, h, slot), d);
    longest = std::max(longest, m_cache.length(l, h));
  }
  for (int h = 0; h < c.kvHeads; ++h) m_views[size_t(h)] = visible(l, h, bool(tapped));   // after the appends: one may have moved them all
  kernels::DecodeAttentionArgs a{};
  a.q = m_token.q.data();
  a.heads = m_views.data();
  a.out = m_token.attention.data();
  a.kvHeads = c.kvHeads;
  a.group = c.heads / c.kvHeads;
  a.headDim = c.headDim;
  a.elem = m_cache.elem();
  a.scale = m_backend.attentionScale();
  if (tapped) {
    m_probs.resize(std::max(m_probs.size(), size_t(longest) * size_t(c.heads)));
    a.probs = m_probs.data();
    a.probsStride = int64_t(m_probs.size() / size_t(c.heads));
  }
  kernels::decodeAttention(a, m_backend.pool());
  if (tapped) tap(l, tapped);
}

void CpuSequence::decode(int32_t id, float* logits, const AttentionTap& tapped) {
  const ModelConfig& c = m_backend.config();
  if (m_prefilling) throw Failure(ErrorCode::Failed, "decode: the prefill has not ended");
  if (m_position >= c.contextLength)
    badInput("position " + std::to_string(m_position) + " does not exist: the model has " + std::to_string(c.contextLength) + " positions");
  if (m_rope->positions() <= m_position) m_rope = m_backend.rope(m_position + kRopeAhead);
  kernels::Pool& pool = m_backend.pool();
  float* x = m_tokenX.data();
  m_backend.embed(id, m_position, x);
  for (int l = 0; l < c.layers; ++l) {
    const CpuLayer& w = m_backend.layer(l);
    norm(w.attnNorm, x, m_token.norm.data());
    const kernels::Matrix* const inputs[] = {w.q.get(), w.k.get(), w.v.get()};
    float* const projections[] = {m_token.q.data(), m_token.k.data(), m_token.v.data()};
    kernels::gemvMany(inputs, m_token.norm.data(), projections, pool);
    finishProjections(w, m_token.q.data(), m_token.k.data(), m_token.v.data());
    if (m_decodeKeeper && m_decodeKeeper->queries > 0) recordQuery(l);
    decodeAttention(l, tapped);
    w.o->gemv(m_token.attention.data(), m_token.projected.data(), pool);
    addBlock(w.oBias, w.attnPostNorm, m_token.projected.data(), x);
    norm(w.ffnNorm, x, m_token.norm.data());
    const Branches b(w, m_token.gate.data(), m_token.up.data());
    kernels::gemvMany(b.matrices(), m_token.norm.data(), b.results(), pool);
    activate(w, m_token.gate.data(), m_token.up.data());
    w.down->gemv(m_token.gate.data(), m_token.projected.data(), pool);
    addBlock(w.downBias, w.ffnPostNorm, m_token.projected.data(), x);
    checkLayer(x, 1, c.hidden, l, m_position);
  }
  if (logits) {
    norm(m_backend.outputNorm(), x, m_token.norm.data());
    m_backend.output().gemv(m_token.norm.data(), logits, pool);
    checkLogits(logits, c.vocab, m_position);
  }
  if (m_decodeKeeper && ++m_sinceCompression >= m_decodeKeeper->every) compressHeld();
  ++m_position;
}

CacheBytes CpuSequence::bytes() const {
  CacheBytes b;
  b.held = m_cache.heldBytes();
  b.used = m_cache.usedBytes();
  b.reserved = m_cache.reservedBytes();
  b.index = m_cache.indexBytes();
  b.peak = m_cache.peakBytes();
  b.scratch = m_scratch;
  return b;
}

void CpuSequence::reserve(int64_t newTokens) {
  const ModelConfig& c = m_backend.config();
  m_cache.reserve(newTokens);
  kernels::reserveDecodeAttention(c.kvHeads, c.heads / c.kvHeads, c.headDim, m_position + newTokens);
  m_rope = m_backend.rope(std::max(m_rope->positions(), std::min(m_position + newTokens, c.contextLength)));
}

}  // namespace presslab
