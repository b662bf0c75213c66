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

namespace presslab::torch_path {

/// A norm's weight and, of a LayerNorm, its bias.
struct TorchNorm {
  at::Tensor weight, bias;
};

/// Weights of one layer on the device; matrices are (out, in).
struct LayerWeights {
  TorchNorm attnNorm, ffnNorm, attnPostNorm, ffnPostNorm, qNorm, kNorm;
  at::Tensor q, k, v, o, gate, up, down;  // what an architecture lacks is undefined
  at::Tensor qBias, kBias, vBias, oBias, upBias, downBias;
};

/// The model on one LibTorch device. Correct and plain: every step is an ATen call, so one source serves the CPU and CUDA.
/// exact: float32 throughout. fast: bfloat16 weights (matrix products in bfloat16, the rest in float32) and an f16 KV cache.
class TorchBackend final : public Backend {
 public:
  /// Throws Failure(Device) when the device is absent, Failure(Cancelled) when stop is requested between tensors.
  TorchBackend(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);
  const ModelConfig& config() const override { return m_config; }
  HeadShape shape() const override;
  std::string name() const override { return m_name; }
  int threads() const override { return m_threads; }
  int64_t weightBytes() const override { return m_weightBytes; }
  KvType kvType() const override { return m_kv; }
  double measureBandwidth() override;
  std::unique_ptr<Sequence> newSequence() override;
  std::vector<float> outputProjection(int layer) override;
  DeviceMemory deviceMemory() const override;
  void resetDevicePeak() override;
  std::string libraryVersion() const override;

  // For the sequence.
  const LayerWeights& layer(int l) const { return m_layers[size_t(l)]; }
  at::Device device() const { return m_device; }
  at::TensorOptions cacheOptions() const {
    return at::TensorOptions().dtype(m_kv == KvType::F32 ? at::kFloat : m_kv == KvType::F16 ? at::kHalf : at::kBFloat16).device(m_device);
  }
  /// (n) ids at positions [start, start + n) -> (n, hidden) float32. Throws Failure(BadInput) on an id outside the vocabulary.
  at::Tensor embed(std::span<const int32_t> ids, int64_t start) const;
  at::Tensor norm(const at::Tensor& x, const TorchNorm&) const;  ///< in float32; undefined weights change nothing
  at::Tensor rms(const at::Tensor& x, const TorchNorm&) const;   ///< over a head, where the norm is defined
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {}) const;  ///< (n, in) float32 -> (n, out) float32
  at::Tensor activate(const at::Tensor& x) const;
  at::Tensor logits(const at::Tensor& x) const;  ///< final norm and head, (n, vocab) float32
  /// Tables with at least `positions` rows; grown in steps and shared by all sequences.
  std::shared_ptr<const TorchRope> rope(int64_t positions);
  /// After a large release: freed host memory goes back to the system; a device is waited for, so that the work is timed where it was asked.
  void giveBack() const;

 private:
  at::Tensor upload(const TensorView&, bool matrix) const;
  TorchNorm uploadNorm(const TensorView& weight, const TensorView& bias) const;

  ModelConfig m_config;
  std::string m_name;
  at::Device m_device;
  bool m_exact;
  KvType m_kv;
  int m_threads = 1;
  int64_t m_weightBytes = 0;
  at::Tensor m_embedding, m_output, m_positions;
  TorchNorm m_outputNorm;
  std::vector<LayerWeights> m_layers;
  std::shared_ptr<const TorchRope> m_rope;
};

}  // namespace presslab::torch_path
