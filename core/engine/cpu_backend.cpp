// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/cpu_backend.h"

#include <algorithm>

#include "core/api/error.h"
#include "core/engine/cpu_sequence.h"
#include "core/engine/sequence_checks.h"
#include "core/engine/torch_module.h"
#include "core/engine/tune_threads.h"

namespace presslab {
namespace {

constexpr int64_t kRopeStep = 4096;                    // rows that the rotary tables grow by
constexpr int64_t kBandwidthBytes = int64_t{1} << 27;  // larger than any cache, written and read while nobody can cancel
constexpr int kBandwidthPasses = 4;
constexpr int64_t kTuneBytesLeast = int64_t{4} << 20, kTuneBytesMost = int64_t{128} << 20;  // of weights that the threads are tuned on

static_assert(int(KvType::Q8_0) == int(kernels::Elem::Q8_0) && int(KvType::BF16) == int(kernels::Elem::BF16));
static_assert(int(TensorType::Q6_K) == int(kernels::QuantType::Q6_K) && int(TensorType::Q4_1) == int(kernels::QuantType::Q4_1));

}  // namespace

CpuBackend::CpuBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop)
    : m_config(file.config()),
      m_pool(spec.threads),
      m_exact(spec.precision == Precision::Exact),
      m_exactAttention(m_exact || spec.attention == "reference"),
      m_kv(spec.kvType.value_or(m_exact ? KvType::F32 : KvType::F16)) {
  if (m_kv == KvType::Q8_0 && m_config.headDim % 32 != 0)
    badInput("a q8_0 KV cache needs a head dim that is a multiple of 32, the model's is " + std::to_string(m_config.headDim));
  if (m_exact && m_config.ropeDim > 0) m_cosSin = torchCosSin();
  int done = 0;
  const int total = m_config.layers * (m_config.gated ? 7 : 6) + 1;
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
    layer.attnNorm = norm(t.attnNorm, t.attnNormBias);
    layer.ffnNorm = norm(t.ffnNorm, t.ffnNormBias);
    layer.attnPostNorm = norm(t.attnPostNorm, {});
    layer.ffnPostNorm = norm(t.ffnPostNorm, {});
    layer.qNorm = norm(t.qNorm, {});
    layer.kNorm = norm(t.kNorm, {});
    layer.qBias = floats(t.qBias);
    layer.kBias = floats(t.kBias);
    layer.vBias = floats(t.vBias);
    layer.oBias = floats(t.oBias);
    layer.upBias = floats(t.upBias);
    layer.downBias = floats(t.downBias);
    layer.q = next(t.q);
    layer.k = next(t.k);
    layer.v = next(t.v);
    layer.o = next(t.o);
    if (m_config.gated) layer.gate = next(t.gate);
    layer.up = next(t.up);
    layer.down = next(t.down);
  }
  m_outputNorm = norm(file.outputNorm(), file.outputNormBias());
  if (file.positions()) m_positions = dequantize(file.positions());
  m_output = next(file.output());
  if (!m_config.tiedEmbedding) {
    m_embedding = file.embedding();
    m_embeddingData.assign(m_embedding.data, m_embedding.data + m_embedding.bytes());
    m_embedding.data = m_embeddingData.data();
  }
  if (m_weightBytes < kTuneBytesLeast) return;
  const auto pass = [this] { readWeights(kTuneBytesMost); };
  if (spec.threads == 0) tuneThreads(m_pool, pass);
  tuneStreams(pass);
}

void CpuBackend::readWeights(int64_t most) {
  const ModelConfig& c = m_config;
  const int64_t widest = std::max<int64_t>({c.hidden, int64_t{c.heads} * c.headDim, c.feedForward});
  const std::vector<float> x(size_t(widest), 1.f);
  std::vector<float> a(x), b(x), d(x);
  int64_t read = 0;
  for (const CpuLayer& l : m_layers) {
    const kernels::Matrix *const inputs[] = {l.q.get(), l.k.get(), l.v.get()}, *const wide[] = {l.up.get(), l.gate.get()};
    float* const out[] = {a.data(), b.data(), d.data()};
    kernels::gemvMany(inputs, x.data(), out, m_pool);
    l.o->gemv(x.data(), a.data(), m_pool);
    const size_t branches = l.gate ? 2 : 1;
    kernels::gemvMany({wide, branches}, x.data(), {out, branches}, m_pool);
    l.down->gemv(x.data(), a.data(), m_pool);
    for (const auto* m : {&l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down}) read += *m ? (*m)->bytes() : 0;
    if (read >= most) return;
  }
}

std::unique_ptr<kernels::Matrix> CpuBackend::pack(const TensorView& t) {
  return kernels::Matrix::pack(kernels::QuantType(int(t.type)), t.data, t.rows, t.cols, m_exact, m_pool);
}

std::vector<float> CpuBackend::floats(const TensorView& t) {
  std::vector<float> x = t ? dequantize(t) : std::vector<float>();
  m_weightBytes += int64_t(x.size() * sizeof(float));
  return x;
}

NormWeights CpuBackend::norm(const TensorView& weight, const TensorView& bias) {
  NormWeights n{floats(weight), floats(bias)};
  for (float& w : n.weight) w += m_config.normOffset;
  if (m_config.norm == Norm::Layer && n && !bias) n.bias.assign(n.weight.size(), 0.f);
  return n;
}

HeadShape CpuBackend::shape() const {
  HeadShape shape = shapeOf(m_config);
  shape.rowBytes = 2 * Backend::kvRowBytes();
  return shape;
}

double CpuBackend::measureBandwidth() { return kernels::measureBandwidth(m_pool, kBandwidthBytes, kBandwidthPasses); }

std::unique_ptr<Sequence> CpuBackend::newSequence() { return std::make_unique<CpuSequence>(*this); }

std::vector<float> CpuBackend::outputProjection(int l) {
  const kernels::Matrix& o = *layer(l).o;
  std::vector<float> w(size_t(o.rows() * o.cols()));
  for (int64_t r = 0; r < o.rows(); ++r) o.row(r, w.data() + r * o.cols());
  return w;
}

void CpuBackend::embed(int32_t id, int64_t position, float* out) const {
  checkId(id, m_config);
  if (m_config.tiedEmbedding)
    m_output->row(id, out);
  else
    dequantizeRow(m_embedding, id, out);
  if (m_config.embeddingScale != 1.f) {
    for (int i = 0; i < m_config.hidden; ++i) out[i] *= m_config.embeddingScale;
  }
  if (!m_positions.empty()) kernels::addInto(out, m_positions.data() + position * m_config.hidden, m_config.hidden);
}

std::shared_ptr<const RopeTables> CpuBackend::rope(int64_t positions) {
  if (!m_rope || m_rope->positions() < positions)
    m_rope = std::make_shared<const RopeTables>(m_config, (positions + kRopeStep - 1) / kRopeStep * kRopeStep, m_cosSin);
  return m_rope;
}

void CpuBackend::rmsNorm(const float* x, const std::vector<float>& weight, float* out) const {
  (m_exact ? kernels::rmsNormOrdered : kernels::rmsNorm)(x, weight.data(), m_config.normEps, out, int64_t(weight.size()));
}

void CpuBackend::rotate(float* x, int heads, const RopeTable& rope, int64_t position) const {
  (m_exact ? kernels::ropeOrdered : kernels::rope)(x, heads, m_config.headDim, m_config.ropeDim, rope.cosRow(position), rope.sinRow(position));
}

std::unique_ptr<Backend> makeCpuBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop) {
  return std::make_unique<CpuBackend>(file, spec, progress, std::move(stop));
}

}  // namespace presslab
