// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_backend.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sum.h>
#include <dlfcn.h>

#include <chrono>
#include <cmath>

#include "core/api/error.h"
#include "core/torch/torch_sequence.h"

namespace presslab::torch_path {
namespace {

constexpr int64_t kExtraPositions = 4096;  // presses look past the context (expected attention: 512)

/// The wheel's CUDA library is not linked: a machine without a GPU never needs it.
bool openCuda() {
  static const bool ok = [] {
    return dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr && at::detail::getCUDAHooks().hasCUDA();
  }();
  return ok;
}

at::Device parseDevice(const std::string& text) {
  if (text.empty() || text == "cpu") return at::Device(at::kCPU);
  if (text.rfind("cuda", 0) != 0) throw Failure(ErrorCode::Device, "device '" + text + "': not known; cpu or cuda:N");
  int index = 0;
  if (text.size() > 5 && text[4] == ':') {
    for (size_t i = 5; i < text.size(); ++i) {
      if (text[i] < '0' || text[i] > '9' || i > 7) throw Failure(ErrorCode::Device, "device '" + text + "': not of the form cuda:N");
      index = index * 10 + (text[i] - '0');
    }
  } else if (text != "cuda") {
    throw Failure(ErrorCode::Device, "device '" + text + "': not of the form cuda:N");
  }
  const int count = openCuda() ? int(at::detail::getCUDAHooks().deviceCount()) : 0;
  if (index >= count) throw Failure(ErrorCode::Device, "device '" + text + "': this machine has " + std::to_string(count) + " CUDA devices");
  return at::Device(at::kCUDA, at::DeviceIndex(index));
}

}  // namespace

int cudaDeviceCount() { return openCuda() ? int(at::detail::getCUDAHooks().deviceCount()) : 0; }

TorchBackend::TorchBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop)
    : m_config(file.config()), m_device(parseDevice(spec.device)), m_exact(spec.precision == Precision::Exact) {
  m_name = m_device.is_cuda() ? "torch-cuda:" + std::to_string(m_device.index()) : "torch-cpu";
  if (spec.threads > 0) at::set_num_threads(spec.threads);
  m_threads = at::get_num_threads();
  at::globalContext().setAllowTF32CuBLAS(false);  // exact means float32

  m_embedding = upload(file.embedding(), true);
  m_output = m_config.tiedEmbedding ? m_embedding : upload(file.output(), true);
  m_outputNorm = upload(file.outputNorm(), false);
  m_layers.resize(size_t(m_config.layers));
  for (int l = 0; l < m_config.layers; ++l) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "cancelled while loading layer " + std::to_string(l));
    const LayerTensors& t = file.layer(l);
    m_layers[size_t(l)] = {upload(t.attnNorm, false), upload(t.q, true),    upload(t.k, true),  upload(t.v, true),   upload(t.o, true),
                           upload(t.ffnNorm, false),  upload(t.gate, true), upload(t.up, true), upload(t.down, true)};
    if (progress) progress(double(l + 1) / m_config.layers);
  }
  for (const LayerWeights& w : m_layers)
    for (const at::Tensor* t : {&w.attnNorm, &w.q, &w.k, &w.v, &w.o, &w.ffnNorm, &w.gate, &w.up, &w.down}) m_weightBytes += int64_t(t->nbytes());
  m_weightBytes += int64_t(m_output.nbytes() + m_outputNorm.nbytes());

  const int half = m_config.ropeDim / 2;
  m_ropePositions = m_config.contextLength + kExtraPositions;
  m_hostCos.resize(size_t(m_ropePositions * half));
  m_hostSin.resize(m_hostCos.size());
  for (int i = 0; i < half; ++i) {
    double freq = std::pow(double(m_config.ropeTheta), -2.0 * i / m_config.ropeDim);
    if (!m_config.ropeFreqFactors.empty()) freq /= double(m_config.ropeFreqFactors[size_t(i)]);
    for (int64_t p = 0; p < m_ropePositions; ++p) {
      // The reference multiplies in float32: position * inverse frequency, then cos and sin.
      const float angle = float(p) * float(freq);
      m_hostCos[size_t(p * half + i)] = std::cos(angle);
      m_hostSin[size_t(p * half + i)] = std::sin(angle);
    }
  }
  m_cos = at::from_blob(m_hostCos.data(), {m_ropePositions, half}, at::kFloat).to(m_device, at::kFloat, false, true);
  m_sin = at::from_blob(m_hostSin.data(), {m_ropePositions, half}, at::kFloat).to(m_device, at::kFloat, false, true);
}

at::Tensor TorchBackend::upload(const TensorView& view, bool matrix) {
  std::vector<float> host = dequantize(view);
  at::Tensor t = matrix ? at::from_blob(host.data(), {view.rows, view.cols}, at::kFloat) : at::from_blob(host.data(), {view.cols}, at::kFloat);
  return t.to(m_device, matrix && !m_exact ? at::kBFloat16 : at::kFloat, false, true);
}

HeadShape TorchBackend::shape() const {
  return {m_config.layers, m_config.kvHeads, m_config.heads / m_config.kvHeads, m_config.headDim, m_config.hidden};
}

at::Tensor TorchBackend::embed(const at::Tensor& ids) const { return at::index_select(m_embedding, 0, ids).to(at::kFloat); }

at::Tensor TorchBackend::norm(const at::Tensor& x, const at::Tensor& weight) const {
  return x * at::rsqrt(x.square().mean(-1, true) + double(m_config.normEps)) * weight;
}

at::Tensor TorchBackend::linear(const at::Tensor& x, const at::Tensor& weight) const {
  return at::matmul(x.to(weight.scalar_type()), weight.t()).to(at::kFloat);
}

at::Tensor TorchBackend::logits(const at::Tensor& x) const { return linear(norm(x, m_outputNorm), m_output); }

at::Tensor TorchBackend::rotate(const at::Tensor& x, int64_t start) const {
  const int64_t n = x.size(0), dim = m_config.ropeDim, half = dim / 2;
  const at::Tensor cos = m_cos.narrow(0, start, n).unsqueeze(1), sin = m_sin.narrow(0, start, n).unsqueeze(1);
  const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half);
  std::vector<at::Tensor> parts{a * cos - b * sin, b * cos + a * sin};
  if (dim < x.size(2)) parts.push_back(x.narrow(2, dim, x.size(2) - dim));
  return at::cat(parts, 2);
}

double TorchBackend::measureBandwidth() {
  const int64_t bytes = m_device.is_cuda() ? int64_t{1} << 30 : int64_t{192} << 20;
  const at::Tensor block = at::ones({bytes / 4}, at::TensorOptions().dtype(at::kFloat).device(m_device));
  double best = 0;
  for (int pass = 0; pass < 4; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    const float total = at::sum(block).item<float>();  // item() waits for the device
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (total > 0 && pass > 0) best = std::max(best, double(bytes) / seconds * 1e-9);
  }
  return best;
}

std::unique_ptr<Sequence> TorchBackend::newSequence() { return std::make_unique<TorchSequence>(*this); }

std::vector<float> TorchBackend::outputProjection(int l) {
  const at::Tensor w = layer(l).o.to(at::kCPU, at::kFloat).contiguous();
  return std::vector<float>(w.const_data_ptr<float>(), w.const_data_ptr<float>() + w.numel());
}

}  // namespace presslab::torch_path
