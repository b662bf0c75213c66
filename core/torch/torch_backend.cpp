// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_backend.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rsqrt.h>
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
    return at::from_blob(table.data(), {host.positions, int64_t(host.half)}, at::kFloat).to(device, at::kFloat, false, true);
  };
  cos = upload(host.cos);
  sin = upload(host.sin);
}

at::Tensor TorchRope::rotate(const at::Tensor& x, int64_t start) const {
  const int64_t half = dim / 2;
  const at::Tensor c = cos.narrow(0, start, x.size(0)).unsqueeze(1), s = sin.narrow(0, start, x.size(0)).unsqueeze(1);
  const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half);
  std::vector<at::Tensor> parts{a * c - b * s, b * c + a * s};
  if (dim < x.size(2)) parts.push_back(x.narrow(2, dim, x.size(2) - dim));
  return at::cat(parts, 2);
}

TorchBackend::TorchBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop)
    : m_config(file.config()), m_device(parseDevice(spec.device)), m_exact(spec.precision == Precision::Exact),
      m_kv(spec.kvType.value_or(m_exact ? KvType::F32 : KvType::F16)) {
  if (m_kv == KvType::Q8_0) badInput("a q8_0 KV cache is not built for the LibTorch path; f32, f16 and bf16 are");
  m_name = m_device.is_cuda() ? "torch-cuda:" + std::to_string(m_device.index()) : "torch-cpu";
  if (spec.threads > 0) at::set_num_threads(spec.threads);
  m_threads = at::get_num_threads();
  at::globalContext().setAllowTF32CuBLAS(false);  // exact means float32

  int done = 0;
  const int total = m_config.layers * 7 + 1;
  const auto matrix = [&](const TensorView& t) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "loading cancelled");
    at::Tensor w = upload(t, true);
    if (progress) progress(double(++done) / total);
    return w;
  };
  for (int l = 0; l < m_config.layers; ++l) {
    const LayerTensors& t = file.layer(l);
    LayerWeights w{upload(t.attnNorm, false), matrix(t.q),    matrix(t.k),  matrix(t.v),   matrix(t.o),
                   upload(t.ffnNorm, false),  matrix(t.gate), matrix(t.up), matrix(t.down)};
    for (const at::Tensor* x : {&w.attnNorm, &w.q, &w.k, &w.v, &w.o, &w.ffnNorm, &w.gate, &w.up, &w.down}) m_weightBytes += int64_t(x->nbytes());
    m_layers.push_back(std::move(w));
  }
  m_output = matrix(file.output());
  m_outputNorm = upload(file.outputNorm(), false);
  m_embedding = m_config.tiedEmbedding ? m_output : upload(file.embedding(), true);
  m_weightBytes += int64_t(m_output.nbytes() + m_outputNorm.nbytes());
  giveBack();
}

at::Tensor TorchBackend::upload(const TensorView& view, bool matrix) const {
  std::vector<float> host = dequantize(view);
  const at::Tensor t = matrix ? at::from_blob(host.data(), {view.rows, view.cols}, at::kFloat) : at::from_blob(host.data(), {view.cols}, at::kFloat);
  return t.to(m_device, matrix && !m_exact ? at::kBFloat16 : at::kFloat, false, true);
}

HeadShape TorchBackend::shape() const {
  return {m_config.layers, m_config.kvHeads, m_config.heads / m_config.kvHeads, m_config.headDim, m_config.hidden};
}

at::Tensor TorchBackend::embed(std::span<const int32_t> ids) const {
  for (const int32_t id : ids)
    if (id < 0 || id >= m_config.vocab)
      badInput("token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(m_config.vocab));
  const at::Tensor host = at::from_blob(const_cast<int32_t*>(ids.data()), {int64_t(ids.size())}, at::kInt);
  return at::index_select(m_embedding, 0, host.to(m_device)).to(at::kFloat);
}

at::Tensor TorchBackend::norm(const at::Tensor& x, const at::Tensor& weight) const {
  return x * at::rsqrt(x.square().mean(-1, true) + double(m_config.normEps)) * weight;
}

at::Tensor TorchBackend::linear(const at::Tensor& x, const at::Tensor& weight) const {
  return at::matmul(x.to(weight.scalar_type()), weight.t()).to(at::kFloat);
}

at::Tensor TorchBackend::logits(const at::Tensor& x) const { return linear(norm(x, m_outputNorm), m_output); }

std::shared_ptr<const TorchRope> TorchBackend::rope(int64_t positions) {
  if (!m_rope || m_rope->host.positions < positions)
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
