// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/engine/backend.h"
#include "core/engine/rope_table.h"
#include "kernels/kernels.h"

namespace presslab {

/// A norm's weight and, of a LayerNorm, its bias; empty: no such norm.
struct NormWeights {
  std::vector<float> weight, bias;
  explicit operator bool() const { return !weight.empty(); }
};

/// Packed weights of one layer; matrices are out x in. What an architecture does not have is empty or null.
struct CpuLayer {
  NormWeights attnNorm, ffnNorm, attnPostNorm, ffnPostNorm, qNorm, kNorm;
  std::unique_ptr<kernels::Matrix> q, k, v, o, gate, up, down;
  std::vector<float> qBias, kBias, vBias, oBias, upBias, downBias;
};

/// Any architecture of ModelConfig on our own kernels. exact: float32 weights, activations and cache. fast: quantised kernels and an f16 cache.
/// One thread at a time uses the backend and its sequences; the work inside is shared by the pool.
class CpuBackend final : public Backend {
 public:
  /// Packs every matrix; stop is tested between tensors (Failure(Cancelled)). The file may be closed afterwards.
  CpuBackend(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);
  const ModelConfig& config() const override { return m_config; }
  HeadShape shape() const override;
  std::string name() const override { return "cpu"; }
  int threads() const override { return m_pool.threads(); }
  int64_t weightBytes() const override { return m_weightBytes; }
  KvType kvType() const override { return m_kv; }
  double measureBandwidth() override;
  std::unique_ptr<Sequence> newSequence() override;
  std::vector<float> outputProjection(int layer) override;

  // For the sequence.
  const CpuLayer& layer(int l) const { return m_layers[size_t(l)]; }
  const NormWeights& outputNorm() const { return m_outputNorm; }
  const kernels::Matrix& output() const { return *m_output; }
  /// Embedding of a token, scaled, with that of its position where the model has learned ones; hidden floats. Throws Failure(BadInput) on
  /// an id outside the vocabulary.
  void embed(int32_t id, int64_t position, float* out) const;
  kernels::Elem elem() const { return kernels::Elem(int(m_kv)); }
  bool exact() const { return m_exact; }
  /// The row operations of the precision: in exact they round as PyTorch does.
  void rmsNorm(const float* x, const std::vector<float>& weight, float* out) const;
  void rotate(float* x, int heads, const RopeTable&, int64_t position) const;
  bool exactAttention() const { return m_exactAttention; }
  kernels::Pool& pool() { return m_pool; }
  /// Tables with at least `positions` rows; grown in steps and shared by all sequences.
  std::shared_ptr<const RopeTables> rope(int64_t positions);

 private:
  std::unique_ptr<kernels::Matrix> pack(const TensorView&);
  NormWeights norm(const TensorView& weight, const TensorView& bias);
  std::vector<float> floats(const TensorView&);
  /// The matrices of the first layers once, as a decoded token reads them, up to `most` bytes.
  void readWeights(int64_t most);

  ModelConfig m_config;
  kernels::Pool m_pool;
  bool m_exact, m_exactAttention;
  KvType m_kv;
  int64_t m_weightBytes = 0;
  std::vector<CpuLayer> m_layers;
  NormWeights m_outputNorm;
  std::vector<float> m_positions;  // (contextLength, hidden) or empty
  std::unique_ptr<kernels::Matrix> m_output;
  TensorView m_embedding;  // untied only: its own copy below
  std::vector<std::byte> m_embeddingData;
  AngleFunction m_cosSin = nullptr;
  std::shared_ptr<const RopeTables> m_rope;
};

}  // namespace presslab
