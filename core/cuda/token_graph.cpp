// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/token_graph.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "core/engine/sequence_checks.h"

namespace presslab::cuda_path {
namespace {

constexpr int64_t kSlotsPerItem = 128;  // a work item is worth a block from so many slots on
constexpr int kBlocksPerProcessor = 2;
constexpr int kAllWell = std::numeric_limits<int32_t>::max();

}  // namespace

/// Everything that a token needs besides weights and cache, in float32.
struct TokenGraph::Buffers {
  at::Tensor x[2], q, k, v, block, wide, partial, scores;
  at::Tensor end;  // (vocab) logits and, behind them, the token's state: one copy brings both
  at::Tensor plans;
  cuda::Token* token = nullptr;
  std::vector<float> host;
};

TokenGraph::TokenGraph(CudaBackend& backend) : m_backend(backend), d(std::make_unique<Buffers>()) { m_stream = cuda::newStream(); }

TokenGraph::~TokenGraph() { cuda::freeStream(m_stream); }

void TokenGraph::recordQueries(at::Tensor to, int64_t count) {
  m_record = std::move(to);
  m_recorded = count;
}

void TokenGraph::prepare(int64_t rows) {
  const ModelConfig& c = m_backend.config();
  if (!d->end.defined()) {
    for (at::Tensor& x : d->x) x = m_backend.zeros(c.hidden);
    d->q = m_backend.zeros(int64_t{c.heads} * c.headDim);
    d->k = m_backend.zeros(int64_t{c.kvHeads} * c.headDim);
    d->v = m_backend.zeros(int64_t{c.kvHeads} * c.headDim);
    d->block = m_backend.zeros(c.hidden);
    d->wide = m_backend.zeros(c.feedForward);
    d->plans = m_backend.bytes(int64_t{c.layers} * int64_t(sizeof(cuda::LayerPlan)));
    d->end = m_backend.zeros(c.vocab + int64_t(sizeof(cuda::Token) / sizeof(float)));
    d->token = reinterpret_cast<cuda::Token*>(d->end.mutable_data_ptr<float>() + c.vocab);
    d->host.resize(size_t(d->end.numel()));
  }
  const int64_t most = std::max<int64_t>(c.kvHeads, int64_t{kBlocksPerProcessor} * m_backend.multiprocessors());
  const auto wanted = int64_t(std::bit_ceil(uint64_t((rows + kSlotsPerItem - 1) / kSlotsPerItem)));
  const int items = int(std::clamp<int64_t>(wanted, c.kvHeads, most));
  if (items <= m_items) return;
  m_items = items;
  d->partial = m_backend.zeros(int64_t{items} * (c.heads / c.kvHeads) * (c.headDim + 2));
}

int64_t TokenGraph::bytes() const {
  int64_t sum = 0;
  for (const at::Tensor* t : {&d->x[0], &d->x[1], &d->q, &d->k, &d->v, &d->block, &d->wide, &d->partial, &d->scores, &d->end, &d->plans})
    sum += t->defined() ? int64_t(t->nbytes()) : 0;
  return sum;
}

/// The residual stream goes to and fro between two buffers, because no launch may write what its other blocks read: the first layer begins with
/// x[0] and has nothing to add, every other one begins with x[1]; all end in x[1].
void TokenGraph::launchLayer(int l, CudaCache& cache, cuda::HeadState* heads, const torch_path::TorchRope& rope, cuda::Stream s, float* scores,
                             int64_t stride) {
  const ModelConfig& c = m_backend.config();
  const CudaLayer& w = m_backend.layer(l);
  float *x0 = d->x[0].mutable_data_ptr<float>(), *x1 = d->x[1].mutable_data_ptr<float>(), *block = d->block.mutable_data_ptr<float>();
  float *q = d->q.mutable_data_ptr<float>(), *k = d->k.mutable_data_ptr<float>(), *v = d->v.mutable_data_ptr<float>();
  float* wide = d->wide.mutable_data_ptr<float>();

  cuda::NormInput in;
  in.x = l > 0 ? x1 : x0;
  in.norm = m_backend.norm(w.attnNorm);
  in.token = d->token;
  in.layer = std::max(l - 1, 0);  // what is not finite here came out of the layer before
  if (l > 0) {
    in.delta = block;
    in.post = m_backend.norm(m_backend.layer(l - 1).ffnPostNorm);
    in.xOut = x0;
  }
  cuda::ProductArgs p;
  p.exact = m_backend.exact();
  p.early = m_backend.launchesEarly();
  p.count = 3;
  p.matrix[0] = w.q.matrix, p.matrix[1] = w.k.matrix, p.matrix[2] = w.v.matrix;
  p.bias[0] = floats(w.qBias), p.bias[1] = floats(w.kBias), p.bias[2] = floats(w.vBias);
  p.out[0] = q, p.out[1] = k, p.out[2] = v;
  cuda::normProduct(in, p, s);

  const bool local = c.isSliding(l) && rope.host.apart;
  cuda::DecodeAttentionArgs a{};
  a.token = d->token;
  a.heads = heads + int64_t{l} * c.kvHeads;
  a.plan = static_cast<cuda::LayerPlan*>(d->plans.mutable_data_ptr()) + l;
  a.q = q, a.k = k, a.v = v;
  a.qNorm = m_backend.headNorm(w.qNorm), a.kNorm = m_backend.headNorm(w.kNorm);
  a.cos = rope.dim > 0 ? floats(local ? rope.slidingCos : rope.cos) : nullptr;
  a.sin = rope.dim > 0 ? floats(local ? rope.slidingSin : rope.sin) : nullptr;
  a.ropeDim = int(rope.dim);
  a.kvHeads = c.kvHeads, a.group = c.heads / c.kvHeads, a.headDim = c.headDim;
  a.elem = cache.elem();
  a.form = cache.form();
  a.early = p.early;
  a.scale = m_backend.attentionScale();
  a.window = c.isSliding(l) && !c.isBounded(l) ? int(c.slidingWindow) : 0;
  a.items = m_items;
  a.partial = d->partial.mutable_data_ptr<float>();
  a.scores = scores;
  a.scoresStride = stride;
  if (m_record.defined()) {
    a.recorded = int(m_recorded);
    a.record = m_record.mutable_data_ptr<float>() + l * m_recorded * c.heads * c.headDim;
  }
  cuda::decodeAttention(a, s);

  const cuda::MergeInput merge{a.heads, a.plan, a.partial, a.kvHeads, a.group, a.headDim};
  if (scores) cuda::normaliseScores(merge, scores, stride, s);
  cuda::ProductArgs o;
  o.exact = p.exact;
  o.early = p.early && !scores;
  o.matrix[0] = w.o.matrix;
  o.bias[0] = floats(w.oBias);
  o.out[0] = block;
  cuda::mergedProduct(merge, o, s);

  cuda::NormInput ffn;
  ffn.x = x0;
  ffn.delta = block;
  ffn.post = m_backend.norm(w.attnPostNorm);
  ffn.xOut = x1;
  ffn.norm = m_backend.norm(w.ffnNorm);
  ffn.token = d->token;
  ffn.layer = l;
  cuda::ProductArgs up;
  up.exact = p.exact;
  up.early = p.early;
  up.act = m_backend.activation();
  up.count = c.gated ? 2 : 1;
  up.gated = c.gated;
  up.activated = !c.gated;
  up.matrix[0] = c.gated ? w.gate.matrix : w.up.matrix;
  up.matrix[1] = w.up.matrix;
  up.bias[c.gated ? 1 : 0] = floats(w.upBias);
  up.out[0] = wide;
  cuda::normProduct(ffn, up, s);

  cuda::ProductArgs down;
  down.exact = p.exact;
  down.early = p.early;
  down.matrix[0] = w.down.matrix;
  down.bias[0] = floats(w.downBias);
  down.out[0] = block;  // the output projection's result has been added
  cuda::product(wide, down, s);
}

void TokenGraph::launchHead(cuda::Stream s) {
  const ModelConfig& c = m_backend.config();
  cuda::NormInput in;
  in.x = d->x[1].const_data_ptr<float>();
  in.delta = d->block.const_data_ptr<float>();
  in.post = m_backend.norm(m_backend.layer(c.layers - 1).ffnPostNorm);
  in.norm = m_backend.norm(m_backend.outputNorm());
  in.token = d->token;
  in.layer = c.layers - 1;
  cuda::ProductArgs p;
  p.exact = m_backend.exact();
  p.early = m_backend.launchesEarly();
  p.matrix[0] = m_backend.output().matrix;
  p.out[0] = d->end.mutable_data_ptr<float>();
  p.token = d->token;
  p.layer = c.layers;
  cuda::normProduct(in, p, s);
}

void TokenGraph::launchBegin(cuda::HeadState* heads, cuda::Stream s) {
  const ModelConfig& c = m_backend.config();
  cuda::BeginTokenArgs a{};
  a.token = d->token;
  a.heads = heads;
  a.plans = static_cast<cuda::LayerPlan*>(d->plans.mutable_data_ptr());
  a.layers = c.layers;
  a.kvHeads = c.kvHeads;
  a.items = m_items;
  a.embedding = m_backend.embedding().matrix;
  a.embeddingScale = c.embeddingScale;
  a.learnedPositions = m_backend.learnedPositions();
  a.x = d->x[0].mutable_data_ptr<float>();
  cuda::beginToken(a, s);
}

void TokenGraph::runGraph(CudaCache& cache, const torch_path::TorchRope& rope, bool withLogits) {
  cuda::HeadState* heads = cache.deviceHeads();
  Captured& c = m_captured[withLogits];
  const void* tables = rope.dim > 0 ? static_cast<const void*>(floats(rope.cos)) : nullptr;
  if (!c.graph || c.items != m_items || c.heads != heads || c.tables != tables || c.form != cache.form() || c.record != floats(m_record)) {
    c.graph = std::make_unique<cuda::Graph>(
        [&](cuda::Stream s) {
          launchBegin(heads, s);
          for (int l = 0; l < m_backend.config().layers; ++l) launchLayer(l, cache, heads, rope, s, nullptr, 0);
          if (withLogits) launchHead(s);
        },
        m_stream);
    c.items = m_items;
    c.heads = heads;
    c.tables = tables;
    c.form = cache.form();
    c.record = floats(m_record);
  }
  c.graph->launch(m_stream);
}

void TokenGraph::runTapped(CudaCache& cache, const torch_path::TorchRope& rope, bool withLogits, const AttentionTap& tap) {
  const ModelConfig& c = m_backend.config();
  cuda::HeadState* heads = cache.deviceHeads();
  launchBegin(heads, m_stream);
  std::vector<float> probs;
  for (int l = 0; l < c.layers; ++l) {
    int64_t longest = 0;
    for (int h = 0; h < c.kvHeads; ++h) longest = std::max(longest, cache.length(l, h));
    if (!d->scores.defined() || d->scores.numel() < longest * c.heads) d->scores = m_backend.zeros(longest * c.heads);
    launchLayer(l, cache, heads, rope, m_stream, d->scores.mutable_data_ptr<float>(), longest);
    probs.resize(size_t(longest) * size_t(c.heads));
    cuda::copyToHost(probs.data(), d->scores.const_data_ptr(), int64_t(probs.size() * sizeof(float)), m_stream);
    const int group = c.heads / c.kvHeads;
    for (int qh = 0; qh < c.heads; ++qh) {
      const std::span<const int32_t> slots = cache.slots(l, qh / group);
      tap(l, qh, std::span<const float>(probs).subspan(size_t(qh) * size_t(longest), slots.size()), slots);
    }
  }
  if (withLogits) launchHead(m_stream);
}

/// Waits for the token, brings its logits and tells what was not finite.
void TokenGraph::finish(int64_t position, float* logits) {
  const ModelConfig& c = m_backend.config();
  cuda::checkLaunch();
  const int64_t from = logits ? 0 : c.vocab;
  cuda::copyToHost(d->host.data() + from, d->end.const_data_ptr<float>() + from, (int64_t(d->host.size()) - from) * int64_t(sizeof(float)), m_stream);
  cuda::Token token;
  std::memcpy(static_cast<void*>(&token), d->host.data() + c.vocab, sizeof token);
  if (token.bad < c.layers) valueNotFinite(token.bad, position);
  if (token.bad == c.layers) logitNotFinite(position);
  if (logits) std::memcpy(logits, d->host.data(), size_t(c.vocab) * sizeof(float));
}

void TokenGraph::run(int32_t id, int64_t position, CudaCache& cache, const torch_path::TorchRope& rope, float* logits, const AttentionTap& tap) {
  prepare(cache.mostSlots());
  const cuda::Token token{id, int32_t(position), int32_t(position), kAllWell};
  cuda::copyToDevice(d->token, &token, int64_t(sizeof token), m_stream);
  if (tap)
    runTapped(cache, rope, logits != nullptr, tap);
  else
    runGraph(cache, rope, logits != nullptr);
  finish(position, logits);
}

void TokenGraph::logitsOf(const float* row, float* logits, int64_t position) {
  prepare(1);
  const cuda::Token token{0, int32_t(position), int32_t(position), kAllWell};
  cuda::copyToDevice(d->token, &token, int64_t(sizeof token), m_stream);
  cuda::NormInput in;
  in.x = row;
  in.norm = m_backend.norm(m_backend.outputNorm());
  cuda::ProductArgs p;
  p.exact = m_backend.exact();
  p.matrix[0] = m_backend.output().matrix;
  p.out[0] = d->end.mutable_data_ptr<float>();
  p.token = d->token;
  p.layer = m_backend.config().layers;
  cuda::normProduct(in, p, m_stream);
  finish(position, logits);
}

}  // namespace presslab::cuda_path
