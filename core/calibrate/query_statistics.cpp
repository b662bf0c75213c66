// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"
#include "core/calibrate/corpus.h"
#include "core/press/linear.h"

namespace presslab {
namespace {

constexpr int kDocuments = 20, kLightDocuments = 2, kTokens = 1088, kSkipped = 4;  // the first tokens are attention sinks, not queries like others
constexpr int kTurns = 300;                                                        // of the power iteration

/// Sums over documents of one query head's rows and of their products; rows (count, dim).
void add(const float* rows, int64_t count, int dim, double* sum, double* products) {
  for (int64_t i = 0; i < count; ++i) {
    for (int d = 0; d < dim; ++d) sum[d] += double(rows[i * dim + d]);
  }
  const std::vector<double> part = gram(rows, count, dim, nullptr);
  for (size_t i = 0; i < part.size(); ++i) products[i] += part[i];
}

/// The main direction of the products, pointing away from the mean: what a key is measured against with a minus sign.
std::vector<double> mainDirection(const double* products, const double* mean, int dim) {
  std::vector<double> v(mean, mean + dim), next(v.size());
  for (int turn = 0; turn < kTurns; ++turn) {
    double length = 0;
    for (int a = 0; a < dim; ++a) {
      next[size_t(a)] = 0;
      for (int b = 0; b < dim; ++b) next[size_t(a)] += products[a * dim + b] * v[size_t(b)];
      length += next[size_t(a)] * next[size_t(a)];
    }
    if (!(length > 0)) return v;
    for (size_t a = 0; a < v.size(); ++a) v[a] = next[a] / std::sqrt(length);
  }
  double along = 0;
  for (size_t a = 0; a < v.size(); ++a) along += v[a] * mean[a];
  for (double& x : v) x = along > 0 ? -x : x;
  return v;
}

class Statistics {
 public:
  explicit Statistics(const HeadShape& shape) : m_shape(shape) {
    const size_t heads = size_t(shape.layers * shape.queryHeads()), kv = size_t(shape.heads()), d = size_t(shape.headDim);
    m_sum.resize(heads * d);
    m_products.resize(heads * d * d);
    m_turnedSum.resize(kv * d);
    m_turned.resize(kv * d * d);
  }

  void addLayer(const LayerTrace& t) {
    const int dim = m_shape.headDim, width = m_shape.queryHeads() * dim;
    const int64_t count = t.tokens - kSkipped;
    std::vector<float> rows(size_t(count * dim));
    for (int q = 0; q < m_shape.queryHeads(); ++q) {
      for (int64_t i = 0; i < count; ++i) std::copy_n(t.q + (i + kSkipped) * width + q * dim, dim, rows.data() + i * dim);
      const size_t head = size_t(t.layer * m_shape.queryHeads() + q), kv = size_t(t.layer * m_shape.kvHeads + q / m_shape.group);
      add(rows.data(), count, dim, m_sum.data() + head * size_t(dim), m_products.data() + head * size_t(dim * dim));
      for (int64_t i = 0; i < count; ++i) rotate(rows.data() + i * dim, t, i + kSkipped);
      add(rows.data(), count, dim, m_turnedSum.data() + kv * size_t(dim), m_turned.data() + kv * size_t(dim * dim));
    }
    if (t.layer == 0) m_count += count;
  }

  QueryStats result() const {
    const size_t d = size_t(m_shape.headDim);
    const auto n = double(m_count);
    QueryStats s;
    for (const double v : m_sum) s.mean.push_back(float(v / n));
    for (size_t i = 0; i < m_products.size(); ++i) {
      const size_t head = i / (d * d), a = i / d % d, b = i % d;
      const double mean = m_sum[head * d + a] / n * m_sum[head * d + b];
      s.cov.push_back(float((m_products[i] - mean) / (n - 1)));
    }
    for (size_t kv = 0; kv < size_t(m_shape.heads()); ++kv) {
      for (const double v : mainDirection(m_turned.data() + kv * d * d, m_turnedSum.data() + kv * d, m_shape.headDim)) s.filters.push_back(float(v));
    }
    return s;
  }

 private:
  HeadShape m_shape;
  int64_t m_count = 0;
  std::vector<double> m_sum, m_products, m_turnedSum, m_turned;
};

}  // namespace

QueryStats measureQueries(LoadedModel& model, const CalibrateSpec& spec, const std::function<void(double, const std::string&)>& progress,
                          std::stop_token stop) {
  const HeadShape shape = model.backend->shape();
  if (!shape.bounded.empty()) badInput("calibrate stats: models with sliding layers have no query statistics here");
  const int documents = spec.light ? kLightDocuments : kDocuments;
  const int tokens = int(std::min<int64_t>(kTokens, model.backend->config().contextLength)), continuation = 64;
  const auto texts = calibrationTexts(*model.tokenizer, model.file->vocab(), documents, tokens - continuation, continuation, spec.seed, spec.corpus);
  Statistics statistics(shape);
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto count = int64_t(texts[i].ids.size());
    const std::unique_ptr<Sequence> sequence = model.backend->newSequence();
    TraceNeeds needs;
    needs.queries = true;
    sequence->beginPrefill(texts[i].ids, needs);
    for (int l = 0; l < shape.layers; ++l) {
      for (int64_t at = 0; at < count; at += kPrefillChunk) {
        if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "calibration cancelled");
        sequence->prefillChunk(l, at, std::min(kPrefillChunk, count - at));
      }
      statistics.addLayer(sequence->trace(l));
      if (progress) progress((double(i) + double(l + 1) / shape.layers) / double(texts.size()), "queries of " + texts[i].name);
    }
    sequence->endPrefill(nullptr);
  }
  return statistics.result();
}

}  // namespace presslab
