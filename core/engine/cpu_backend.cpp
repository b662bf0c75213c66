// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/cpu_backend.h"

#include <algorithm>

#include "core/api/error.h"
#include "core/engine/cpu_sequence.h"
#include "core/engine/tune_threads.h"

namespace presslab {
namespace {

constexpr int64_t kRopeStep = 4096;                   // rows that the rotary tables grow by
constexpr int64_t kBandwidthBytes = int64_t{1} << 27; // larger than any cache, written and read while nobody can cancel
constexpr int kBandwidthPasses = 4;
constexpr int64_t kTuneBytesLeast = int64_t{4} << 20, kTuneBytesMost = int64_t{128} << 20;  // of weights that the threads are tuned on

static_assert(int(KvType::Q8_0) == int(kernels::Elem::Q8_0) && int(KvType::BF16) == int(kernels::Elem::BF16));
static_assert(int(TensorType::Q6_K) == int(kernels::QuantType::Q6_K) && int(TensorType::Q4_1) == int(kernels::QuantType::Q4_1));

}  // namespace

CpuBackend::CpuBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop)
    : m_config(file.config()), m_pool(spec.threads), m_exact(spec.precision == Precision::Exact),
      m_exactAttention(m_exact || spec.attention == "reference"), m_kv(spec.kvType.value_or(m_exact ? KvType::F32 : KvType::F16)) {
  if (m_kv == KvType::Q8_0 && m_config.headDim % 32 != 0)
    badInput("a q8_0 KV cache needs a head dim that is a multiple of 32, the model's is " + std::to_string(m_config.headDim));
  int done = 0;
  const int total = m_config.layers * 7 + 1;
  const auto next = [&](const TensorView& t) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "loading cancelled");
    auto packed = pack(t);
    m_weightBytes += packed->bytes();
    if (progress) progress(double(++done) / total);
    return packed;
  };
  m_layers.resize(size_t(m_config.layers));
  for (int l = 0; l < m_config.layers; ++l) {
    const LayerTensors& t = file.layer(l);
    CpuLayer& layer = m_layers[size_t(l)];
    layer.attnNorm = dequantize(t.attnNorm);
    layer.ffnNorm = dequantize(t.ffnNorm);
    m_weightBytes += int64_t((layer.attnNorm.size() + layer.ffnNorm.size()) * sizeof(float));
    layer.q = next(t.q);
    layer.k = next(t.k);
    layer.v = next(t.v);
    layer.o = next(t.o);
    layer.gate = next(t.gate);
    layer.up = next(t.up);
    layer.down = next(t.down);
  }
  m_outputNorm = dequantize(file.outputNorm());
  m_weightBytes += int64_t(m_outputNorm.size() * sizeof(float));
  m_output = next(file.output());
  if (!m_config.tiedEmbedding) {
    m_embedding = file.embedding();
    m_embeddingData.assign(m_embedding.data, m_embedding.data + m_embedding.bytes());
    m_embedding.data = m_embeddingData.data();
  }
  if (spec.threads == 0 && m_weightBytes >= kTuneBytesLeast) tuneThreads(m_pool, [this] { readWeights(kTuneBytesMost); });
}

void CpuBackend::readWeights(int64_t most) {
  const ModelConfig& c = m_config;
  const int64_t widest = std::max<int64_t>({c.hidden, int64_t{c.heads} * c.headDim, c.feedForward});
  const std::vector<float> x(size_t(widest), 1.f);
  std::vector<float> a(x), b(x), d(x);
  int64_t read = 0;
  for (const CpuLayer& l : m_layers) {
    const kernels::Matrix *const inputs[] = {l.q.get(), l.k.get(), l.v.get()}, *const wide[] = {l.gate.get(), l.up.get()};
    float* const out[] = {a.data(), b.data(), d.data()};
    kernels::gemvMany(inputs, x.data(), out, m_pool);
    l.o->gemv(x.data(), a.data(), m_pool);
    kernels::gemvMany(wide, x.data(), {out, 2}, m_pool);
    l.down->gemv(x.data(), a.data(), m_pool);
    for (const auto* m : {&l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down}) read += (*m)->bytes();
    if (read >= most) return;
  }
}

std::unique_ptr<kernels::Matrix> CpuBackend::pack(const TensorView& t) {
  return kernels::Matrix::pack(kernels::QuantType(int(t.type)), t.data, t.rows, t.cols, m_exact, m_pool);
}

HeadShape CpuBackend::shape() const {
  return {m_config.layers, m_config.kvHeads, m_config.heads / m_config.kvHeads, m_config.headDim, m_config.hidden};
}

double CpuBackend::measureBandwidth() { return kernels::measureBandwidth(m_pool, kBandwidthBytes, kBandwidthPasses); }

std::unique_ptr<Sequence> CpuBackend::newSequence() { return std::make_unique<CpuSequence>(*this); }

std::vector<float> CpuBackend::outputProjection(int l) {
  const kernels::Matrix& o = *layer(l).o;
  std::vector<float> w(size_t(o.rows() * o.cols()));
  for (int64_t r = 0; r < o.rows(); ++r) o.row(r, w.data() + r * o.cols());
  return w;
}

void CpuBackend::embed(int32_t id, float* out) const {
  if (id < 0 || id >= m_config.vocab)
    badInput("token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(m_config.vocab));
  if (m_config.tiedEmbedding)
    m_output->row(id, out);
  else
    dequantizeRow(m_embedding, id, out);
}

std::shared_ptr<const RopeTable> CpuBackend::rope(int64_t positions) {
  if (!m_rope || m_rope->positions < positions)
    m_rope = std::make_shared<const RopeTable>(m_config, (positions + kRopeStep - 1) / kRopeStep * kRopeStep);
  return m_rope;
}

std::unique_ptr<Backend> makeCpuBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop) {
  return std::make_unique<CpuBackend>(file, spec, progress, std::move(stop));
}

}  // namespace presslab
