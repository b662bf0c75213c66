// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/device_layer.h"

namespace presslab {

std::vector<Rotation> meanRotation(const LayerTrace& t, int64_t future) {
  std::vector<Rotation> mean;
  if (!t.ropeCos) return mean;
  const int64_t first = t.nextPosition();
  for (int d = 0; d < t.ropeDim / 2; ++d) {
    double c = 0, s = 0;
    for (int64_t p = first; p < first + future; ++p) {
      const Rotation r = rotationAt(t, p, d);
      c += r.cos;
      s += r.sin;
    }
    mean.push_back({float(c / double(future)), float(s / double(future))});
  }
  return mean;
}

void turnPairs(float* x, int64_t step, const std::vector<Rotation>& mean) {
  const auto half = int64_t(mean.size());
  for (int64_t d = 0; d < half; ++d) {
    const float a = x[d * step], b = x[(d + half) * step], c = mean[size_t(d)].cos, s = mean[size_t(d)].sin;
    x[d * step] = a * c - b * s;
    x[(d + half) * step] = b * c + a * s;
  }
}

namespace {

/// Mean of the queries, in double.
void meanOf(const Sideways& rows, float* mean) {
  for (int d = 0; d < rows.dim; ++d) {
    double sum = 0;
    for (int64_t i = 0; i < rows.tokens; ++i) sum += double(rows.row(d)[i]);
    mean[d] = float(sum / double(rows.tokens));
  }
}

/// along[i] += k_i' Sigma k_i / 2d for all tokens; the covariance is turned in place by the mean rotation.
void addQuadratic(const Sideways& keys, const std::vector<Rotation>& rotation, std::vector<float>& gram, std::vector<float>& turned, float* along) {
  const int dim = keys.dim;
  for (int d = 0; d < dim; ++d) turnPairs(gram.data() + d * dim, 1, rotation);
  for (int d = 0; d < dim; ++d) turnPairs(gram.data() + d, dim, rotation);
  turned.resize(size_t(dim) * size_t(keys.stride));
  dotAll(gram.data(), dim, keys, keys.tokens, turned.data());
  const float half = .5f / float(dim);
  for (int d = 0; d < dim; ++d) addProducts(turned.data() + d * keys.stride, keys.row(d), keys.tokens, half, along);
}

/// Mean and covariance of a query head: those given, or those of the context behind the sinks.
void queryStatistics(const ScoreLayer& l, const ExpectedAttention& e, int q, std::vector<float>& mean, std::vector<float>& gram) {
  const int64_t dim = l.shape.headDim, width = l.shape.queryHeads() * dim;
  if (e.mean) {
    std::copy_n(e.mean + q * dim, dim, mean.data());
    if (e.covariance) std::copy_n(e.cov + q * dim * dim, dim * dim, gram.data());
    return;
  }
  const float* rows = l.t.q + e.sinks * width + q * dim;
  Sideways queries(rows, width, l.t.tokens - e.sinks, int(dim));
  if (e.covariance)
    covariance(queries, rows, width, mean.data(), gram.data());
  else
    meanOf(queries, mean.data());
}

}  // namespace

void expectedScores(const ScoreLayer& l, const ExpectedAttention& e, float* out) {
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.expectedScores(e); })) return;
  const int64_t tokens = l.t.tokens;
  const int dim = l.shape.headDim, heads = l.shape.queryHeads();
  const auto rotation = meanRotation(l.t, e.future);
  l.keys(0);  // made before the tasks read them
  if (e.valueNorm) l.norms(0);
  std::vector<float> attention(size_t(heads) * size_t(tokens), 0.f);  // of each query head
  forTasks(l.t, heads, [&](int q) {
    const Sideways& keys = l.keys(q / l.shape.group);
    std::vector<float> mean(static_cast<size_t>(dim)), gram(size_t(dim) * size_t(dim)), along(static_cast<size_t>(keys.stride)), turned;
    queryStatistics(l, e, q, mean, gram);
    turnPairs(mean.data(), 1, rotation);
    dotAll(mean.data(), 1, keys, tokens, along.data());
    for (float& v : along) v *= l.scale();
    if (e.covariance) addQuadratic(keys, rotation, gram, turned, along.data());
    addSoftmax(along.data(), e.sinks, tokens, 1.f, 1.f / float(l.shape.group), attention.data() + int64_t(q) * tokens);
  });
  forTasks(l.t, l.shape.kvHeads, [&](int h) {
    float* average = attention.data() + int64_t(h) * l.shape.group * tokens;
    for (int g = 1; g < l.shape.group; ++g) {
      for (int64_t i = 0; i < tokens; ++i) average[i] += average[g * tokens + i];
    }
    float* row = out + int64_t(h) * tokens;
    const float* norms = e.valueNorm ? l.norms(h) : nullptr;
    for (int64_t i = 0; i < tokens; ++i) row[i] = norms ? (average[i] + e.epsilon) * norms[i] : average[i];
  });
  putOnTop(out, l.shape.kvHeads, tokens, 0, e.sinks);
}

}  // namespace presslab
