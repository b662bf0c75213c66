// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/engine/backend.h"
#include "core/torch/torch_rope.h"
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/packed_weights.h"
#include "kernels/cuda/prefill_kernels.h"

namespace presslab::cuda_path {

/// A weight matrix on the device with the storage that holds its planes.
struct StoredMatrix {
  at::Tensor storage;
  cuda::DeviceMatrix matrix;
  explicit operator bool() const { return storage.defined(); }
};

/// A norm's weight and bias on the device; undefined: no such norm.
struct StoredNorm {
  at::Tensor weight, bias;
};

/// Weights of one layer; what an architecture lacks is undefined.
struct CudaLayer {
  StoredNorm attnNorm, ffnNorm, attnPostNorm, ffnPostNorm, qNorm, kNorm;
  StoredMatrix q, k, v, o, gate, up, down;
  at::Tensor qBias, kBias, vBias, oBias, upBias, downBias;
};

/// Address of a float32 vector on the device, null where there is none.
inline const float* floats(const at::Tensor& t) { return t.defined() ? t.const_data_ptr<float>() : nullptr; }

/// Any architecture of ModelConfig on our own CUDA kernels; LibTorch holds the memory, and cuBLAS multiplies in prefill. exact: float32 activations,
/// products and cache. fast: weights in their file's types, activations in int8 groups against quantised weights while decoding and bfloat16
/// products in prefill, f16 cache. One thread at a time uses the backend and its sequences.
class CudaBackend final : public Backend {
 public:
  /// device: where the tensors are; tests give the host's, with kernels that an emulator runs. Throws Failure(BadInput) for a model that the kernels
  /// do not take, Failure(Cancelled) when stop is requested between tensors.
  CudaBackend(const ModelFile&, const ModelSpec&, at::Device, const LoadProgress&, std::stop_token);
  const ModelConfig& config() const override { return m_config; }
  HeadShape shape() const override;
  std::string name() const override { return m_name; }
  int threads() const override { return 1; }
  int64_t weightBytes() const override { return m_weightBytes; }
  KvType kvType() const override { return m_kv; }
  double measureBandwidth() override;
  std::unique_ptr<Sequence> newSequence() override;
  std::vector<float> outputProjection(int layer) override;
  DeviceMemory deviceMemory() const override;
  void resetDevicePeak() override;
  std::string libraryVersion() const override;

  // For the sequence.
  const CudaLayer& layer(int l) const { return m_layers[size_t(l)]; }
  const StoredMatrix& output() const { return m_output; }
  const StoredMatrix& embedding() const { return m_config.tiedEmbedding ? m_output : m_embedding; }
  const float* learnedPositions() const { return floats(m_positions); }
  const StoredNorm& outputNorm() const { return m_outputNorm; }
  /// As kernels take it, a norm of the model's kind or the RMS norm of a head; null weight where there is none.
  cuda::DeviceNorm norm(const StoredNorm&) const;
  cuda::DeviceNorm headNorm(const StoredNorm&) const;
  cuda::Act activation() const;
  cuda::Type cacheType() const { return m_kv == KvType::F32 ? cuda::Type::F32 : m_kv == KvType::F16 ? cuda::Type::F16 : cuda::Type::BF16; }
  bool exact() const { return m_exact; }
  /// A window is a mask in some layer, so slots need their positions on the device.
  bool masksByPosition() const;
  at::Device device() const { return m_device; }
  int multiprocessors() const { return m_multiprocessors; }
  /// The launches of a token may begin before the one in front has ended: PRESSLAB_CUDA_EARLY_LAUNCH=1 and compute capability 9.0.
  bool launchesEarly() const { return m_launchesEarly; }
  at::Tensor zeros(int64_t floats) const;  ///< float32 on the device
  at::Tensor bytes(int64_t count) const;   ///< not initialised
  /// Element type and tensor options of prefill's products.
  cuda::Type productType() const { return m_exact ? cuda::Type::F32 : cuda::Type::BF16; }
  at::TensorOptions productOptions() const { return at::TensorOptions().dtype(m_exact ? at::kFloat : at::kBFloat16).device(m_device); }
  /// Rows [first, first + rows) of a matrix for cuBLAS, (rows, cols).
  at::Tensor dense(const StoredMatrix&, int64_t first, int64_t rows) const;
  at::Tensor dense(const StoredMatrix& m) const { return dense(m, 0, m.matrix.rows); }
  /// x (n, in) of the product type times w (out, in), float32.
  at::Tensor multiply(const at::Tensor& x, const at::Tensor& w) const;
  /// Tables with at least `positions` rows; grown in steps and shared by all sequences.
  std::shared_ptr<const torch_path::TorchRope> rope(int64_t positions);
  /// Makes the device the calling thread's: sequences may be used by a thread that did not load the model.
  void enter() const;
  /// Waits for the device; memory that was freed goes back to it.
  void giveBack() const;

 private:
  StoredMatrix store(const TensorView&);
  at::Tensor storeVector(const TensorView&, float offset = 0);
  StoredNorm storeNorm(const TensorView& weight, const TensorView& bias);
  at::Tensor upload(const std::vector<float>&) const;

  ModelConfig m_config;
  std::string m_name;
  at::Device m_device;
  bool m_exact;
  KvType m_kv;
  int m_multiprocessors = 1;
  bool m_launchesEarly = false;
  int64_t m_weightBytes = 0;
  std::vector<CudaLayer> m_layers;
  StoredNorm m_outputNorm;
  StoredMatrix m_output, m_embedding;
  at::Tensor m_positions;
  std::shared_ptr<const torch_path::TorchRope> m_rope;
};

}  // namespace presslab::cuda_path
