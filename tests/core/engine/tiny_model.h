// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstring>
#include <functional>
#include <list>
#include <random>
#include <vector>

#include "core/format/model_file.h"

namespace presslab::test {

/// A seeded Llama held in memory: 3 layers, 4 query heads on 2 KV heads of `headDim`, hidden 64, 96 tokens, `contextLength` positions.
class TinyModel : public ModelFile {
 public:
  explicit TinyModel(uint32_t seed, int64_t contextLength = 400, bool tied = true, int headDim = 16) : m_rng(seed) {
    ModelConfig& c = m_config;
    c.architecture = "llama";
    c.layers = 3;
    c.hidden = 64;
    c.heads = 4;
    c.kvHeads = 2;
    c.headDim = headDim;
    c.feedForward = 96;
    c.vocab = 96;
    c.contextLength = contextLength;
    c.ropeDim = headDim;
    c.tiedEmbedding = tied;
    m_layers.resize(3);
    for (LayerTensors& l : m_layers) {
      l.attnNorm = tensor(1, 64, 0.2f, 1);
      l.q = tensor(4 * headDim, 64, 0.3f);
      l.k = tensor(2 * headDim, 64, 0.3f);
      l.v = tensor(2 * headDim, 64, 0.3f);
      l.o = tensor(64, 4 * headDim, 0.3f);
      l.ffnNorm = tensor(1, 64, 0.2f, 1);
      l.gate = tensor(96, 64, 0.2f);
      l.up = tensor(96, 64, 0.2f);
      l.down = tensor(64, 96, 0.2f);
    }
    m_embedding = tensor(96, 64, 1.0f);
    m_outputNorm = tensor(1, 64, 0.2f, 1);
    m_output = tied ? m_embedding : tensor(96, 64, 0.5f);
  }
  void poison(int layer) { const_cast<float*>(reinterpret_cast<const float*>(m_layers[size_t(layer)].down.data))[5] = std::nanf(""); }

 private:
  TensorView tensor(int64_t rows, int64_t cols, float spread, float mean = 0) {
    std::vector<float>& data = m_data.emplace_back(size_t(rows * cols));
    std::normal_distribution<float> normal(mean, spread);
    for (float& x : data) x = normal(m_rng);
    TensorView t;
    t.type = TensorType::F32;
    t.rows = rows;
    t.cols = cols;
    t.data = reinterpret_cast<const std::byte*>(data.data());
    return t;
  }
  std::mt19937 m_rng;
  std::list<std::vector<float>> m_data;
};

/// Which keys a query sees: (layer, KV head, query position, key position); only asked for key <= query.
using Visible = std::function<bool(int, int, int64_t, int64_t)>;

/// The whole model in double, one position after the other, with masked attention. Returns logits of every position, (n, vocab).
inline std::vector<std::vector<double>> bruteForce(const ModelFile& file, const std::vector<int32_t>& ids, const Visible& visible) {
  using Row = std::vector<double>;
  const ModelConfig& c = file.config();
  const auto matrix = [](const TensorView& t) { return dequantize(t); };
  const auto times = [](const std::vector<float>& w, const Row& x) {
    Row y(w.size() / x.size());
    for (size_t r = 0; r < y.size(); ++r)
      for (size_t i = 0; i < x.size(); ++i) y[r] += double(w[r * x.size() + i]) * x[i];
    return y;
  };
  const auto norm = [&](const Row& x, const std::vector<float>& w) {
    double squares = 0;
    for (const double v : x) squares += v * v;
    const double s = 1 / std::sqrt(squares / double(x.size()) + double(c.normEps));
    Row y(x.size());
    for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] * s * w[i];
    return y;
  };
  const auto turn = [&](Row& x, int heads, int64_t p) {
    const int half = c.ropeDim / 2;
    for (int h = 0; h < heads; ++h)
      for (int i = 0; i < half; ++i) {
        const double a = double(p) / std::pow(double(c.ropeTheta), 2.0 * i / c.ropeDim);
        double &u = x[size_t(h * c.headDim + i)], &v = x[size_t(h * c.headDim + i + half)];
        const double u0 = u, v0 = v;
        u = u0 * std::cos(a) - v0 * std::sin(a);
        v = v0 * std::cos(a) + u0 * std::sin(a);
      }
  };
  const size_t n = ids.size();
  const std::vector<float> embedding = matrix(file.embedding());
  std::vector<Row> x(n, Row(size_t(c.hidden)));
  for (size_t p = 0; p < n; ++p)
    for (int i = 0; i < c.hidden; ++i) x[p][size_t(i)] = embedding[size_t(ids[p] * c.hidden + i)];
  for (int l = 0; l < c.layers; ++l) {
    const LayerTensors& t = file.layer(l);
    const auto wq = matrix(t.q), wk = matrix(t.k), wv = matrix(t.v), wo = matrix(t.o), wg = matrix(t.gate), wu = matrix(t.up), wd = matrix(t.down),
               n1 = matrix(t.attnNorm), n2 = matrix(t.ffnNorm);
    std::vector<Row> keys(n), values(n);
    for (size_t p = 0; p < n; ++p) {
      const Row in = norm(x[p], n1);
      Row q = times(wq, in);
      keys[p] = times(wk, in);
      values[p] = times(wv, in);
      turn(q, c.heads, int64_t(p));
      turn(keys[p], c.kvHeads, int64_t(p));
      Row mixed(size_t(c.heads * c.headDim));
      for (int qh = 0; qh < c.heads; ++qh) {
        const int h = qh / (c.heads / c.kvHeads);
        double total = 0;
        for (size_t j = 0; j <= p; ++j) {
          if (!visible(l, h, int64_t(p), int64_t(j))) continue;
          double dot = 0;
          for (int i = 0; i < c.headDim; ++i) dot += q[size_t(qh * c.headDim + i)] * keys[j][size_t(h * c.headDim + i)];
          const double weight = std::exp(dot / std::sqrt(double(c.headDim)));
          total += weight;
          for (int i = 0; i < c.headDim; ++i) mixed[size_t(qh * c.headDim + i)] += weight * values[j][size_t(h * c.headDim + i)];
        }
        for (int i = 0; i < c.headDim; ++i) mixed[size_t(qh * c.headDim + i)] /= total;
      }
      const Row back = times(wo, mixed);
      for (size_t i = 0; i < back.size(); ++i) x[p][i] += back[i];
      const Row in2 = norm(x[p], n2);
      Row gate = times(wg, in2);
      const Row up = times(wu, in2);
      for (size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
      const Row down = times(wd, gate);
      for (size_t i = 0; i < down.size(); ++i) x[p][i] += down[i];
    }
  }
  const auto head = matrix(file.output()), n3 = matrix(file.outputNorm());
  std::vector<Row> logits(n);
  for (size_t p = 0; p < n; ++p) logits[p] = times(head, norm(x[p], n3));
  return logits;
}

inline std::vector<int32_t> randomIds(uint32_t seed, size_t n, int32_t vocab) {
  std::mt19937 rng(seed);
  std::vector<int32_t> ids(n);
  for (int32_t& id : ids) id = int32_t(rng() % uint32_t(vocab));
  return ids;
}

}  // namespace presslab::test
