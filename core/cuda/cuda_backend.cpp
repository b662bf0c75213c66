// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/cuda_backend.h"

#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>
#include <torch/headeronly/version.h>

#include <cstdlib>
#include <string_view>

#include "core/api/error.h"
#include "core/cuda/cuda_sequence.h"
#include "core/torch/torch_device.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {
namespace {

constexpr int64_t kRopeStep = 4096;  // rows that the rotary tables grow by
constexpr int kAlignment = 8;        // values of a head: rows of half precision are then read by 16 bytes
constexpr int kMostHeadDim = 256;
constexpr int kEarlyCapability = 9;  // compute capability, from which on launches may begin early

void checkShape(const ModelConfig& c) {
  if (c.headDim % kAlignment != 0 || c.headDim > kMostHeadDim)
    badInput("the CUDA kernels take head dims that are multiples of " + std::to_string(kAlignment) + " up to " + std::to_string(kMostHeadDim) +
             ", the model's is " + std::to_string(c.headDim) + "; --backend torch runs it");
  if (c.kvHeads > cuda::kMostKvHeads)
    badInput("the CUDA kernels take up to " + std::to_string(cuda::kMostKvHeads) + " KV heads a layer, the model has " + std::to_string(c.kvHeads) +
             "; --backend torch runs it");
}

}  // namespace

CudaBackend::CudaBackend(const ModelFile& file, const ModelSpec& spec, at::Device device, const LoadProgress& progress, std::stop_token stop)
    : m_config(file.config()),
      m_device(device),
      m_exact(spec.precision == Precision::Exact),
      m_kv(spec.kvType.value_or(m_exact ? KvType::F32 : KvType::F16)) {
  if (m_kv == KvType::Q8_0) badInput("a q8_0 KV cache is not built for CUDA devices; f32, f16 and bf16 are");
  checkShape(m_config);
  m_name = "cuda:" + std::to_string(device.is_cuda() ? device.index() : 0);
  const cuda::DeviceFacts facts = cuda::deviceFacts(device.is_cuda() ? device.index() : 0);
  m_multiprocessors = facts.multiprocessors;
  const char* const early = std::getenv("PRESSLAB_CUDA_EARLY_LAUNCH");
  m_launchesEarly = early && std::string_view(early) == "1" && facts.major >= kEarlyCapability;
  at::globalContext().setAllowTF32CuBLAS(false);  // exact means float32

  int done = 0;
  const int total = m_config.layers * (m_config.gated ? 7 : 6) + 1;
  const auto matrix = [&](const TensorView& t) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "loading cancelled");
    StoredMatrix m = store(t);
    m_weightBytes += int64_t(m.storage.nbytes());
    if (progress) progress(double(++done) / total);
    return m;
  };
  for (int l = 0; l < m_config.layers; ++l) {
    const LayerTensors& t = file.layer(l);
    CudaLayer w;
    w.attnNorm = storeNorm(t.attnNorm, t.attnNormBias);
    w.ffnNorm = storeNorm(t.ffnNorm, t.ffnNormBias);
    w.attnPostNorm = storeNorm(t.attnPostNorm, {});
    w.ffnPostNorm = storeNorm(t.ffnPostNorm, {});
    w.qNorm = storeNorm(t.qNorm, {});
    w.kNorm = storeNorm(t.kNorm, {});
    w.qBias = storeVector(t.qBias);
    w.kBias = storeVector(t.kBias);
    w.vBias = storeVector(t.vBias);
    w.oBias = storeVector(t.oBias);
    w.upBias = storeVector(t.upBias);
    w.downBias = storeVector(t.downBias);
    w.q = matrix(t.q);
    w.k = matrix(t.k);
    w.v = matrix(t.v);
    w.o = matrix(t.o);
    if (m_config.gated) w.gate = matrix(t.gate);
    w.up = matrix(t.up);
    w.down = matrix(t.down);
    m_layers.push_back(std::move(w));
  }
  m_outputNorm = storeNorm(file.outputNorm(), file.outputNormBias());
  if (file.positions()) m_positions = upload(dequantize(file.positions()));
  m_output = matrix(file.output());
  if (!m_config.tiedEmbedding) m_embedding = store(file.embedding());
  giveBack();
}

StoredMatrix CudaBackend::store(const TensorView& t) {
  const cuda::PackedWeights packed = cuda::packForDevice(kernels::QuantType(int(t.type)), t.data, t.rows, t.cols, m_exact);
  StoredMatrix m;
  m.storage = bytes(int64_t(packed.data.size()));
  cuda::copyToDevice(m.storage.mutable_data_ptr(), packed.data.data(), int64_t(packed.data.size()), nullptr);
  m.matrix = packed.at(m.storage.const_data_ptr());
  return m;
}

at::Tensor CudaBackend::upload(const std::vector<float>& x) const {
  const at::Tensor host = at::from_blob(const_cast<float*>(x.data()), {int64_t(x.size())}, at::kFloat);
  return host.to(m_device, at::kFloat, false, true);
}

at::Tensor CudaBackend::storeVector(const TensorView& t, float offset) {
  if (!t) return {};
  std::vector<float> x = dequantize(t);
  for (float& value : x) value += offset;
  m_weightBytes += int64_t(x.size() * sizeof(float));
  return upload(x);
}

StoredNorm CudaBackend::storeNorm(const TensorView& weight, const TensorView& bias) {
  return {storeVector(weight, m_config.normOffset), storeVector(bias)};
}

HeadShape CudaBackend::shape() const {
  HeadShape shape = shapeOf(m_config);
  shape.rowBytes = 2 * Backend::kvRowBytes();
  return shape;
}

cuda::DeviceNorm CudaBackend::headNorm(const StoredNorm& n) const { return {floats(n.weight), nullptr, m_config.normEps, false}; }

cuda::DeviceNorm CudaBackend::norm(const StoredNorm& n) const {
  return {floats(n.weight), floats(n.bias), m_config.normEps, m_config.norm == Norm::Layer && n.weight.defined()};
}

cuda::Act CudaBackend::activation() const {
  return m_config.activation == Activation::Silu       ? cuda::Act::Silu
         : m_config.activation == Activation::GeluTanh ? cuda::Act::GeluTanh
                                                       : cuda::Act::Gelu;
}

bool CudaBackend::masksByPosition() const {
  for (int l = 0; l < m_config.layers; ++l) {
    if (m_config.isSliding(l) && !m_config.isBounded(l)) return true;
  }
  return false;
}

at::Tensor CudaBackend::zeros(int64_t count) const { return at::zeros({count}, at::TensorOptions().dtype(at::kFloat).device(m_device)); }

at::Tensor CudaBackend::bytes(int64_t count) const { return at::empty({count}, at::TensorOptions().dtype(at::kByte).device(m_device)); }

at::Tensor CudaBackend::dense(const StoredMatrix& m, int64_t first, int64_t rows) const {
  at::Tensor w = at::empty({rows, m.matrix.cols}, productOptions());
  cuda::dequantise(m.matrix, int(first), int(rows), productType(), w.mutable_data_ptr(), nullptr);
  return w;
}

at::Tensor CudaBackend::multiply(const at::Tensor& x, const at::Tensor& w) const { return at::matmul(x, w.t()).to(at::kFloat); }

std::shared_ptr<const torch_path::TorchRope> CudaBackend::rope(int64_t positions) {
  if (!m_rope || m_rope->host.positions() < positions)
    m_rope = std::make_shared<const torch_path::TorchRope>(m_config, (positions + kRopeStep - 1) / kRopeStep * kRopeStep, m_device);
  return m_rope;
}

void CudaBackend::enter() const {
  if (m_device.is_cuda()) cuda::useDevice(m_device.index());
}

void CudaBackend::giveBack() const {
  cuda::wait(nullptr);
  if (m_device.is_cuda())
    at::getDeviceAllocator(at::kCUDA)->emptyCache();
  else
    malloc_trim(0);
}

double CudaBackend::measureBandwidth() {
  enter();
  return torch_path::measureReads(m_device);
}

std::unique_ptr<Sequence> CudaBackend::newSequence() {
  enter();
  return std::make_unique<CudaSequence>(*this);
}

std::vector<float> CudaBackend::outputProjection(int l) {
  enter();
  const StoredMatrix& o = layer(l).o;
  std::vector<float> host(size_t(o.matrix.rows) * size_t(o.matrix.cols));
  const at::Tensor w = zeros(int64_t(host.size()));
  cuda::dequantise(o.matrix, 0, o.matrix.rows, cuda::Type::F32, w.mutable_data_ptr(), nullptr);
  cuda::copyToHost(host.data(), w.const_data_ptr(), int64_t(host.size() * sizeof(float)), nullptr);
  return host;
}

DeviceMemory CudaBackend::deviceMemory() const { return torch_path::memoryOf(m_device); }

void CudaBackend::resetDevicePeak() { torch_path::resetPeakOf(m_device); }

std::string CudaBackend::libraryVersion() const { return TORCH_VERSION; }

}  // namespace presslab::cuda_path
