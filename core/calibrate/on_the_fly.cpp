// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/api/error.h"
#include "core/calibrate/corpus.h"
#include "core/calibrate/head_orders.h"
#include "core/calibrate/layer_pass.h"

namespace presslab {
namespace {

constexpr int kDocuments = 20, kLightDocuments = 2, kTokens = 1088, kRepeats = 500;

/// Mean over `count` rows of `dim` values that are `stride` apart.
std::vector<float> meanRow(const float* rows, int64_t count, int64_t stride, int dim) {
  std::vector<double> sum(size_t(dim), 0);
  for (int64_t i = 0; i < count; ++i) {
    for (int d = 0; d < dim; ++d) sum[size_t(d)] += double(rows[i * stride + d]);
  }
  std::vector<float> mean;
  for (const double s : sum) mean.push_back(float(s / double(count)));
  return mean;
}

}  // namespace

double onTheFlyScore(const LayerTrace& t, const HeadShape& shape, int head) {
  const int dim = shape.headDim;
  const std::vector<float> keys = keysBeforeRotation(t, shape, head), key = meanRow(keys.data(), t.tokens, dim, dim);
  std::vector<std::vector<float>> turned(kRepeats, key);  // the mean key at positions 0..499
  for (int j = 0; j < kRepeats; ++j) rotate(turned[size_t(j)].data(), t, j);
  double score = 0;
  for (int g = 0; g < shape.group; ++g) {
    const int64_t width = int64_t(shape.queryHeads()) * dim;
    std::vector<float> query = meanRow(t.q + int64_t(head * shape.group + g) * dim, t.tokens, width, dim);
    rotate(query.data(), t, kRepeats - 1);
    std::vector<double> logit(kRepeats, 0);
    for (int j = 0; j < kRepeats; ++j) {
      for (int d = 0; d < dim; ++d) logit[size_t(j)] += double(query[size_t(d)]) * double(turned[size_t(j)][size_t(d)]);
      logit[size_t(j)] *= t.scale > 0 ? double(t.scale) : 1 / std::sqrt(double(dim));
    }
    const double top = *std::max_element(logit.begin(), logit.end());
    double total = 0, cumulated = 0, area = 0;
    for (const double z : logit) total += std::exp(z - top);
    for (const double z : logit) {
      cumulated += std::exp(z - top) / total;
      area += cumulated / kRepeats;
    }
    score += area / shape.group;
  }
  return score;
}

HeadValuesReport onTheFlyScores(LoadedModel& model, const CalibrateSpec& spec, const CalibrationProgress& progress, std::stop_token stop) {
  const HeadShape shape = model.backend->shape().pressed();
  const int64_t positions = model.backend->config().contextLength;
  const int tokens = int(std::min<int64_t>(kTokens, positions));
  if (tokens < 112) badInput("calibrate on_the_fly: the model has " + std::to_string(positions) + " positions, at least 112 are needed");
  const auto texts =
      calibrationTexts(*model.tokenizer, model.file->vocab(), spec.light ? kLightDocuments : kDocuments, tokens - 64, 64, spec.seed, spec.corpus);
  HeadValuesReport report;
  std::vector<double> sum(size_t(shape.heads()), 0);
  TraceNeeds needs;
  needs.keys = needs.queries = true;
  for (const CalibrationText& text : texts) {
    const auto told = [&](double share) {
      if (progress) progress((report.documents + share) / double(texts.size()), "mean queries and keys of " + text.name);
    };
    layerPass(model, text.ids, needs, told, stop, [&](const LayerTrace& t) {
      parallelFor(shape.kvHeads, model.backend->threads(), [&](int h) { sum[size_t(t.layer * shape.kvHeads + h)] += onTheFlyScore(t, shape, h); });
    });
    ++report.documents;
    report.tokens += tokens;
  }
  for (const double s : sum) report.values.push_back(float(s / double(texts.size())));
  char about[96];
  std::snprintf(about, sizeof about, "texts %d, tokens %d, seed %llu", report.documents, tokens, static_cast<unsigned long long>(spec.seed));
  report.about = about;
  return report;
}

}  // namespace presslab
