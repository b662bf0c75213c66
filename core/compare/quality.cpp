// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/quality.h"

#include <algorithm>
#include <cmath>

#include "core/compare/statistics.h"

namespace presslab {
namespace {

double logSumExp(std::span<const float> row, float top) {
  double sum = 0;
  for (const float x : row) sum += std::exp(double(x) - double(top));
  return double(top) + std::log(sum);
}

}  // namespace

PositionQuality compareLogits(std::span<const float> full, std::span<const float> method, int32_t target) {
  const auto top = std::max_element(full.begin(), full.end()), other = std::max_element(method.begin(), method.end());
  const double fullNorm = logSumExp(full, *top), methodNorm = logSumExp(method, *other);
  double sum = 0;  // sum of p_full * (logit_full - logit_method)
  for (size_t i = 0; i < full.size(); ++i) sum += std::exp(double(full[i]) - fullNorm) * (double(full[i]) - double(method[i]));
  PositionQuality q;
  q.kld = std::max(0.0, sum + methodNorm - fullNorm);  // below 0 only by rounding
  q.agree = top - full.begin() == other - method.begin();
  const auto t = size_t(target);
  q.nllDelta = (methodNorm - double(method[t])) - (fullNorm - double(full[t]));
  return q;
}

QualityMetrics summarizeQuality(std::span<const PositionQuality> positions) {
  QualityMetrics q;
  if (positions.empty()) return q;
  q.measured = true;
  for (const PositionQuality& p : positions) {
    q.kldByPosition.push_back(p.kld);
    q.agreeByPosition.push_back(p.agree ? 1 : 0);
    q.kldMean += p.kld;
    q.nllDelta += p.nllDelta;
    q.top1Agree += p.agree ? 1 : 0;
  }
  const auto n = double(positions.size());
  q.kldMean /= n;
  q.nllDelta /= n;
  q.top1Agree /= n;
  q.kldMedian = quantile(q.kldByPosition, .5);
  q.kldP99 = quantile(q.kldByPosition, .99);
  return q;
}

}  // namespace presslab
