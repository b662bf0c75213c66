// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What is recorded of a layer, and what is chosen from scores: selection, ranks, their mix, routing.
#include "core/cuda/press_layer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <limits>
#include <string>

#include "core/api/error.h"
#include "kernels/cuda/device_runtime.h"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda_path {
namespace {

at::Tensor ints(int64_t count, at::Device device) { return at::empty({count}, at::TensorOptions().dtype(at::kInt).device(device)); }

std::vector<int32_t> toHost(const at::Tensor& t, int64_t first, int64_t count) {
  std::vector<int32_t> out(static_cast<size_t>(count));
  if (count > 0) cuda::copyToHost(out.data(), t.const_data_ptr<int32_t>() + first, count * int64_t(sizeof(int32_t)), nullptr);
  return out;
}

}  // namespace

PressLayer::PressLayer(CudaBackend& backend, std::shared_ptr<const torch_path::TorchRope> rope, const DeviceNeeds& needs, int64_t tokens)
    : m_backend(backend), m_rope(std::move(rope)), m_window(needs.window), m_tokens(tokens) {
  const ModelConfig& c = config();
  if (m_window > 0) m_raw = backend.zeros(int64_t{c.heads} * m_window * tokens).view({c.heads, m_window, tokens});
  if (needs.queries) m_queries = backend.zeros(tokens * c.heads * c.headDim).view({tokens, c.heads, c.headDim});
  if (needs.input) m_input = backend.zeros(tokens * c.hidden).view({tokens, c.hidden});
  m_scores = backend.zeros(int64_t{c.kvHeads} * tokens);
}

int64_t PressLayer::bytes() const {
  int64_t sum = 0;
  for (const at::Tensor* t : {&m_raw, &m_queries, &m_input, &m_scores, &m_ranks, &m_logits, &m_gates}) sum += t->defined() ? int64_t(t->nbytes()) : 0;
  return sum;
}

void PressLayer::missing(const char* what) const {
  throw Failure(ErrorCode::Failed, "device layer " + std::to_string(m_layer) + ": " + what + " were not recorded for this press");
}

void PressLayer::recordWindow(cuda::PrefillAttentionArgs& a) const {
  if (!m_raw.defined()) return;
  a.windowQueries = int(m_window);
  a.tokens = m_tokens;
  a.windowScores = m_raw.mutable_data_ptr<float>();
}

float* PressLayer::queriesAt(int64_t start) const {
  return m_queries.defined() ? m_queries.mutable_data_ptr<float>() + start * config().heads * config().headDim : nullptr;
}

float* PressLayer::inputAt(int64_t start) const { return m_input.defined() ? m_input.mutable_data_ptr<float>() + start * config().hidden : nullptr; }

void PressLayer::setLayer(int layer, CudaCache& cache) {
  m_layer = layer;
  m_cache = &cache;
  m_heads = cache.deviceHeads() + int64_t{layer} * config().kvHeads;
}

at::Tensor PressLayer::upload(const float* from, int64_t count) const {
  const at::Tensor t = m_backend.zeros(count);
  cuda::copyToDevice(t.mutable_data_ptr<float>(), from, count * int64_t(sizeof(float)), nullptr);
  return t;
}

void PressLayer::readScores(float* out) {
  cuda::checkLaunch();
  cuda::copyToHost(out, scores(), m_scores.numel() * int64_t(sizeof(float)), nullptr);
}

at::Tensor PressLayer::select(int rows, int64_t n, std::span<const int32_t> keep, int64_t most) const {
  const at::Tensor counts = ints(rows, m_backend.device()), kept = ints(int64_t{rows} * most, m_backend.device());
  cuda::copyToDevice(counts.mutable_data_ptr<int32_t>(), keep.data(), int64_t(keep.size_bytes()), nullptr);
  cuda::selectTop(scores(), rows, n, counts.const_data_ptr<int32_t>(), kept.mutable_data_ptr<int32_t>(), most, nullptr);
  return kept;
}

std::vector<std::vector<int32_t>> PressLayer::best(std::span<const int32_t> keep) {
  const int64_t most = std::max<int64_t>(*std::max_element(keep.begin(), keep.end()), 0);
  std::vector<std::vector<int32_t>> out(keep.size());
  if (most == 0) return out;
  const at::Tensor kept = select(int(keep.size()), m_tokens, keep, most);
  cuda::checkLaunch();
  for (size_t h = 0; h < keep.size(); ++h) out[h] = toHost(kept, int64_t(h) * most, std::clamp<int64_t>(keep[h], 0, m_tokens));
  return out;
}

std::vector<std::vector<int32_t>> PressLayer::bestOfLayer(int64_t mean, int64_t safe) {
  const int heads = config().kvHeads;
  const std::vector<int32_t> own(static_cast<size_t>(heads), int32_t(safe)), all{int32_t(mean * heads)};
  const at::Tensor first = select(heads, m_tokens, own, safe).view({heads, safe}).to(at::kLong);
  plane().scatter_(1, first, double(std::numeric_limits<float>::max()));
  const at::Tensor kept = select(1, m_tokens * heads, all, all[0]);
  cuda::checkLaunch();
  std::vector<std::vector<int32_t>> out(static_cast<size_t>(heads));
  for (const int32_t i : toHost(kept, 0, all[0])) out[size_t(i / m_tokens)].push_back(int32_t(i % m_tokens));
  return out;
}

void PressLayer::rank(int policy, int policies) {
  const int heads = config().kvHeads;
  const int64_t each = int64_t{heads} * m_tokens;
  if (!m_ranks.defined() || m_ranks.numel() < policies * each) m_ranks = ints(policies * each, m_backend.device());
  const at::Tensor scratch = m_backend.bytes(cuda::rankScratchBytes(heads, m_tokens));
  cuda::ranks(scores(), heads, m_tokens, m_ranks.mutable_data_ptr<int32_t>() + policy * each, scratch.mutable_data_ptr(), nullptr);
}

void PressLayer::mixRanks(int policies, double shared) {
  if (!m_ranks.defined()) missing("ranks");
  cuda::mixRanks(m_ranks.const_data_ptr<int32_t>(), policies, config().kvHeads, m_tokens, floats(m_gates), shared, scores(), nullptr);
}

void PressLayer::applyPins(int64_t sinks, int64_t recent) { cuda::applyPins(scores(), config().kvHeads, m_tokens, sinks, recent, nullptr); }

void PressLayer::routerLogits(const float* w, const float* c, int experts, float* out) {
  if (!m_input.defined()) missing("layer inputs");
  const int64_t hidden = config().hidden;
  m_logits = (at::matmul(m_input, upload(w, hidden * experts).view({hidden, experts})) + upload(c, experts)).contiguous();
  if (out) cuda::copyToHost(out, floats(m_logits), m_logits.numel() * int64_t(sizeof(float)), nullptr);
}

int PressLayer::mostExperts() const { return cuda::kMostExperts; }

DeviceLoad PressLayer::route(int topK, int64_t capacity, std::span<const float> bias) {
  if (!m_logits.defined()) missing("router logits");
  const int64_t experts = m_logits.size(1), steps = (m_tokens + cuda::kLoadTokens - 1) / cuda::kLoadTokens;
  m_gates = m_backend.zeros(m_tokens * experts);
  const at::Tensor counts = ints(experts * (3 + steps), m_backend.device()), onDevice = bias.empty() ? at::Tensor() : upload(bias.data(), experts);
  int32_t* at = counts.mutable_data_ptr<int32_t>();
  cuda::RouteArgs a{};
  a.logits = floats(m_logits);
  a.bias = floats(onDevice);
  a.tokens = m_tokens;
  a.experts = int(experts);
  a.topK = topK;
  a.capacity = capacity;
  a.gates = m_gates.mutable_data_ptr<float>();
  a.taken = at;
  a.displaced = at + experts;
  a.dropped = at + 2 * experts;
  a.load = at + 3 * experts;
  cuda::route(a, nullptr);
  cuda::checkLaunch();
  return {toHost(counts, 0, experts), toHost(counts, experts, experts), toHost(counts, 2 * experts, experts),
          toHost(counts, 3 * experts, steps * experts)};
}

void PressLayer::setGates(std::span<const float> gates) { m_gates = upload(gates.data(), int64_t(gates.size())); }

}  // namespace presslab::cuda_path
