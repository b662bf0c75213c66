// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_backend.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <malloc.h>
#include <torch/headeronly/version.h>

#include <cmath>

#include "core/api/error.h"
#include "core/engine/sequence_checks.h"
#include "core/torch/torch_device.h"
#include "core/torch/torch_sequence.h"

namespace presslab::torch_path {
namespace {

constexpr int64_t kRopeStep = 4096;  // rows that the rotary tables grow by

}  // namespace

TorchBackend::TorchBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop)
    : m_config(file.config()),
      m_device(parseDevice(spec.device)),
      m_exact(spec.precision == Precision::Exact),
      m_kv(spec.kvType.value_or(m_exact ? KvType::F32 : KvType::F16)) {
  if (m_kv == KvType::Q8_0) badInput("a q8_0 KV cache is not built for the LibTorch path; f32, f16 and bf16 are");
  m_name = m_device.is_cuda() ? "torch-cuda:" + std::to_string(m_device.index()) : "torch-cpu";
  if (spec.threads > 0) at::set_num_threads(spec.threads);
  m_threads = at::get_num_threads();
  at::globalContext().setAllowTF32CuBLAS(false);  // exact means float32

  int done = 0;
  const int total = m_config.layers * (m_config.gated ? 7 : 6) + 1;
  const auto matrix = [&](const TensorView& t) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "loading cancelled");
    at::Tensor w = upload(t, true);
    if (progress) progress(double(++done) / total);
    return w;
  };
  const auto countTensor = [&](const at::Tensor& x) { m_weightBytes += x.defined() ? int64_t(x.nbytes()) : 0; };
  const auto count = [&](const TorchNorm& n) {
    countTensor(n.weight);
    countTensor(n.bias);
  };
  for (int l = 0; l < m_config.layers; ++l) {
    const LayerTensors& t = file.layer(l);
    const auto vector = [&](const TensorView& view) { return view ? upload(view, false) : at::Tensor(); };
    LayerWeights w{uploadNorm(t.attnNorm, t.attnNormBias),
                   uploadNorm(t.ffnNorm, t.ffnNormBias),
                   uploadNorm(t.attnPostNorm, {}),
                   uploadNorm(t.ffnPostNorm, {}),
                   uploadNorm(t.qNorm, {}),
                   uploadNorm(t.kNorm, {}),
                   matrix(t.q),
                   matrix(t.k),
                   matrix(t.v),
                   matrix(t.o),
                   t.gate ? matrix(t.gate) : at::Tensor(),
                   matrix(t.up),
                   matrix(t.down),
                   vector(t.qBias),
                   vector(t.kBias),
                   vector(t.vBias),
                   vector(t.oBias),
                   vector(t.upBias),
                   vector(t.downBias)};
    for (const TorchNorm* n : {&w.attnNorm, &w.ffnNorm, &w.attnPostNorm, &w.ffnPostNorm, &w.qNorm, &w.kNorm}) count(*n);
    for (const at::Tensor* x : {&w.q, &w.k, &w.v, &w.o, &w.gate, &w.up, &w.down, &w.qBias, &w.kBias, &w.vBias, &w.oBias, &w.upBias, &w.downBias})
      countTensor(*x);
    m_layers.push_back(std::move(w));
  }
  m_output = matrix(file.output());
  m_outputNorm = uploadNorm(file.outputNorm(), file.outputNormBias());
  if (file.positions()) m_positions = upload(file.positions(), true).to(at::kFloat);
  m_embedding = m_config.tiedEmbedding ? m_output : upload(file.embedding(), true);
  countTensor(m_output);
  count(m_outputNorm);
  giveBack();
}

at::Tensor TorchBackend::upload(const TensorView& view, bool matrix) const {
  std::vector<float> host = dequantize(view);
  const at::Tensor t = matrix ? at::from_blob(host.data(), {view.rows, view.cols}, at::kFloat) : at::from_blob(host.data(), {view.cols}, at::kFloat);
  return t.to(m_device, matrix && !m_exact ? at::kBFloat16 : at::kFloat, false, true);
}

TorchNorm TorchBackend::uploadNorm(const TensorView& weight, const TensorView& bias) const {
  TorchNorm n;
  if (weight) n.weight = upload(weight, false) + double(m_config.normOffset);
  if (bias) n.bias = upload(bias, false);
  return n;
}

HeadShape TorchBackend::shape() const {
  HeadShape shape = shapeOf(m_config);
  shape.rowBytes = 2 * Backend::kvRowBytes();
  return shape;
}

at::Tensor TorchBackend::embed(std::span<const int32_t> ids, int64_t start) const {
  for (const int32_t id : ids) checkId(id, m_config);
  const at::Tensor host = at::from_blob(const_cast<int32_t*>(ids.data()), {int64_t(ids.size())}, at::kInt);
  at::Tensor x = at::index_select(m_embedding, 0, host.to(m_device)).to(at::kFloat);
  if (m_config.embeddingScale != 1.f) x = x * double(m_config.embeddingScale);
  return m_positions.defined() ? x + m_positions.narrow(0, start, x.size(0)) : x;
}

at::Tensor TorchBackend::rms(const at::Tensor& x, const TorchNorm& n) const {
  return n.weight.defined() ? x * at::rsqrt(x.square().mean(-1, true) + double(m_config.normEps)) * n.weight : x;
}

at::Tensor TorchBackend::norm(const at::Tensor& x, const TorchNorm& n) const {
  if (m_config.norm != Norm::Layer || !n.weight.defined()) return rms(x, n);
  const at::Tensor centred = x - x.mean(-1, true);
  const at::Tensor scaled = centred * at::rsqrt(centred.square().mean(-1, true) + double(m_config.normEps)) * n.weight;
  return n.bias.defined() ? scaled + n.bias : scaled;
}

at::Tensor TorchBackend::linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  // As transformers adds it, before the sums: the order shows in the last bits. On the CPU alone, where keys are to be the same bit for bit.
  if (bias.defined() && m_device.is_cpu() && weight.scalar_type() == at::kFloat) return at::linear(x, weight, bias);
  const at::Tensor y = at::matmul(x.to(weight.scalar_type()), weight.t()).to(at::kFloat);
  return bias.defined() ? y + bias : y;
}

at::Tensor TorchBackend::activate(const at::Tensor& x) const {
  if (m_config.activation == Activation::Silu) return at::silu(x);
  return at::gelu(x, m_config.activation == Activation::GeluTanh ? "tanh" : "none");
}

at::Tensor TorchBackend::logits(const at::Tensor& x) const { return linear(norm(x, m_outputNorm), m_output); }

std::shared_ptr<const TorchRope> TorchBackend::rope(int64_t positions) {
  if (!m_rope || m_rope->host.positions() < positions)
    m_rope = std::make_shared<const TorchRope>(m_config, (positions + kRopeStep - 1) / kRopeStep * kRopeStep, m_device);
  return m_rope;
}

void TorchBackend::giveBack() const {
  if (m_device.is_cuda())
    at::detail::getCUDAHooks().deviceSynchronize(m_device.index());
  else
    malloc_trim(0);
}

double TorchBackend::measureBandwidth() { return measureReads(m_device); }

std::unique_ptr<Sequence> TorchBackend::newSequence() {
  at::set_num_threads(m_threads);  // a setting of the process: another backend may have changed it
  return std::make_unique<TorchSequence>(*this);
}

std::vector<float> TorchBackend::outputProjection(int l) {
  const at::Tensor w = layer(l).o.to(at::kCPU, at::kFloat).contiguous();
  return std::vector<float>(w.const_data_ptr<float>(), w.const_data_ptr<float>() + w.numel());
}

DeviceMemory TorchBackend::deviceMemory() const { return memoryOf(m_device); }

void TorchBackend::resetDevicePeak() { resetPeakOf(m_device); }

std::string TorchBackend::libraryVersion() const { return TORCH_VERSION; }

}  // namespace presslab::torch_path
