// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_backend.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sum.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/headeronly/version.h>

#include <chrono>
#include <cmath>

#include "core/api/error.h"
#include "core/torch/torch_sequence.h"

namespace presslab::torch_path {
namespace {

constexpr int64_t kRopeStep = 4096;                        // rows that the rotary tables grow by
constexpr int64_t kHostBandwidthBytes = int64_t{1} << 28;  // larger than any cache
constexpr int64_t kDeviceBandwidthBytes = int64_t{1} << 30;
constexpr int kBandwidthPasses = 4;

/// The wheel's CUDA library is not linked: a machine without a GPU never needs it. `why` says what was missing.
bool openCuda(std::string& why) {
  static std::string error;
  static const bool ok = [] {
    if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) {
      const char* text = dlerror();
      error = text ? text : "libtorch_cuda.so cannot be opened";
      return false;
    }
    return at::detail::getCUDAHooks().hasCUDA();
  }();
  why = error;
  return ok;
}

[[noreturn]] void refuse(const std::string& text, const std::string& why) { throw Failure(ErrorCode::Device, "device " + text + ": " + why); }

at::Device parseDevice(const std::string& text) {
  if (text.empty() || text == "cpu") return at::Device(at::kCPU);
  if (text.rfind("cuda", 0) != 0) refuse(text, "not known; cpu or cuda:N");
  int index = 0;
  if (text != "cuda") {
    if (text.size() < 6 || text.size() > 8 || text[4] != ':') refuse(text, "not of the form cuda:N");
    for (size_t i = 5; i < text.size(); ++i) {
      if (text[i] < '0' || text[i] > '9') refuse(text, "not of the form cuda:N");
      index = index * 10 + (text[i] - '0');
    }
  }
  std::string why;
  const int count = openCuda(why) ? int(at::detail::getCUDAHooks().deviceCount()) : 0;
  if (index >= count) refuse(text, "this machine has " + std::to_string(count) + " CUDA devices" + (why.empty() ? std::string() : " (" + why + ")"));
  return at::Device(at::kCUDA, at::DeviceIndex(index));
}

}  // namespace

int cudaDeviceCount() {
  std::string why;
  return openCuda(why) ? int(at::detail::getCUDAHooks().deviceCount()) : 0;
}

TorchRope::TorchRope(const ModelConfig& c, int64_t positions, at::Device device) : host(c, positions), dim(c.ropeDim) {
  const auto upload = [&](std::vector<float>& table) {
    return at::from_blob(table.data(), {positions, dim / 2}, at::kFloat).to(device, at::kFloat, false, true);
  };
  cos = upload(host.full.cos);
  sin = upload(host.full.sin);
  if (!host.apart) return;
  slidingCos = upload(host.sliding.cos);
  slidingSin = upload(host.sliding.sin);
}

at::Tensor TorchRope::rotate(const at::Tensor& x, int64_t start, bool slidingLayer) const {
  const int64_t half = dim / 2;
  if (half == 0) return x;
  const bool local = slidingLayer && host.apart;
  const at::Tensor c = (local ? slidingCos : cos).narrow(0, start, x.size(0)).unsqueeze(1);
  const at::Tensor s = (local ? slidingSin : sin).narrow(0, start, x.size(0)).unsqueeze(1);
  const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half);
  std::vector<at::Tensor> parts{a * c - b * s, b * c + a * s};
  if (dim < x.size(2)) parts.push_back(x.narrow(2, dim, x.size(2) - dim));
  return at::cat(parts, 2);
}

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
  for (const int32_t id : ids)
    if (id < 0 || id >= m_config.vocab)
      badInput("token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(m_config.vocab));
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

double TorchBackend::measureBandwidth() {
  const int64_t bytes = m_device.is_cuda() ? kDeviceBandwidthBytes : kHostBandwidthBytes;
  const at::Tensor block = at::ones({bytes / int64_t(sizeof(float))}, at::TensorOptions().dtype(at::kFloat).device(m_device));
  double best = 0;
  for (int pass = 0; pass < kBandwidthPasses; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    const float total = at::sum(block).item<float>();  // item() waits for the device
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (total > 0 && pass > 0) best = std::max(best, double(bytes) / seconds * 1e-9);
  }
  return best;
}

std::unique_ptr<Sequence> TorchBackend::newSequence() {
  at::set_num_threads(m_threads);  // a setting of the process: another backend may have changed it
  return std::make_unique<TorchSequence>(*this);
}

std::vector<float> TorchBackend::outputProjection(int l) {
  const at::Tensor w = layer(l).o.to(at::kCPU, at::kFloat).contiguous();
  return std::vector<float>(w.const_data_ptr<float>(), w.const_data_ptr<float>() + w.numel());
}

DeviceMemory TorchBackend::deviceMemory() const {
  if (!m_device.is_cuda()) return {};
  const auto stats = at::getDeviceAllocator(at::kCUDA)->getDeviceStats(m_device.index());
  constexpr size_t kAll = size_t(c10::CachingAllocator::StatType::AGGREGATE);
  return {stats.allocated_bytes[kAll].current, stats.reserved_bytes[kAll].current, stats.allocated_bytes[kAll].peak};
}

void TorchBackend::resetDevicePeak() {
  if (m_device.is_cuda()) at::getDeviceAllocator(at::kCUDA)->resetPeakStats(m_device.index());
}

std::string TorchBackend::libraryVersion() const { return TORCH_VERSION; }

}  // namespace presslab::torch_path
