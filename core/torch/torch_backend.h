// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/engine/backend.h"

namespace presslab::torch_path {

/// Weights of one layer on the device; matrices are (out, in).
struct LayerWeights { at::Tensor attnNorm, q, k, v, o, ffnNorm, gate, up, down; };

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
  KvType kvType() const override { return m_exact ? KvType::F32 : KvType::F16; }
  int kvElementBytes() const override { return m_exact ? 4 : 2; }
  double measureBandwidth() override;
  std::unique_ptr<Sequence> newSequence() override;
  std::vector<float> outputProjection(int layer) override;

  // For the sequence.
  const LayerWeights& layer(int l) const { return m_layers[size_t(l)]; }
  at::Device device() const { return m_device; }
  at::ScalarType kvScalar() const { return m_exact ? at::kFloat : at::kHalf; }
  at::Tensor embed(const at::Tensor& ids) const;                          ///< (n) -> (n, hidden) float32
  at::Tensor norm(const at::Tensor& x, const at::Tensor& weight) const;   ///< RMSNorm in float32
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight) const; ///< (n, in) float32 -> (n, out) float32
  at::Tensor logits(const at::Tensor& x) const;                           ///< final norm and head, (n, vocab) float32
  /// Rotates (n, heads, headDim) rows that stand at positions [start, start + n).
  at::Tensor rotate(const at::Tensor& x, int64_t start) const;
  const std::vector<float>& hostCos() const { return m_hostCos; }
  const std::vector<float>& hostSin() const { return m_hostSin; }
  int64_t ropePositions() const { return m_ropePositions; }

 private:
  at::Tensor upload(const TensorView&, bool matrix);

  ModelConfig m_config;
  std::string m_name;
  at::Device m_device;
  bool m_exact;
  int m_threads = 1;
  int64_t m_weightBytes = 0, m_ropePositions = 0;
  at::Tensor m_embedding, m_output, m_outputNorm, m_cos, m_sin;
  std::vector<float> m_hostCos, m_hostSin;
  std::vector<LayerWeights> m_layers;
};

}  // namespace presslab::torch_path
