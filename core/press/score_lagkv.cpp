// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/press/device_layer.h"
#include "core/press/rank_order.h"

namespace presslab {
namespace {

/// Softmax over a block of the tokens' spread after scaling each channel to the range of the next block; added to `score`.
void lagBlock(const float* rows, int64_t begin, int64_t block, int dim, double* score) {
  std::vector<float> low(size_t(dim), INFINITY), high(size_t(dim), -INFINITY);
  for (int64_t i = begin + block; i < begin + 2 * block; ++i) {
    for (int d = 0; d < dim; ++d) {
      low[size_t(d)] = std::min(low[size_t(d)], rows[i * dim + d]);
      high[size_t(d)] = std::max(high[size_t(d)], rows[i * dim + d]);
    }
  }
  std::vector<double> spread(static_cast<size_t>(block));
  double top = -INFINITY, total = 0;
  for (int64_t i = 0; i < block; ++i) {
    double sum = 0, squares = 0;
    for (int d = 0; d < dim; ++d) {
      const double range = std::max(1e-12, double(high[size_t(d)]) - low[size_t(d)]);
      const double x = (double(rows[(begin + i) * dim + d]) - low[size_t(d)]) / range;
      sum += x;
      squares += x * x;
    }
    spread[size_t(i)] = std::sqrt(std::max(0., (squares - sum * sum / dim) / std::max(1, dim - 1)));
    top = std::max(top, spread[size_t(i)]);
  }
  for (double& s : spread) total += s = std::exp(s - top);
  for (int64_t i = 0; i < block; ++i) score[i] += .5 * spread[size_t(i)] / total;
}

}  // namespace

void lagScores(const ScoreLayer& l, const LagKv& p, float* out) {
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.lagScores(p); })) return;
  const int64_t tokens = l.t.tokens;
  RankScratch scratch;
  std::vector<int32_t> place(static_cast<size_t>(p.block));
  std::vector<double> score(static_cast<size_t>(p.block));
  std::vector<float> narrow(static_cast<size_t>(p.block));
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    float* row = out + int64_t(h) * tokens;
    std::fill(row, row + tokens, 1.f);
    if (tokens < p.sinks + 2 * p.block) {
      for (int64_t i = p.sinks; i < tokens; ++i) row[i] = float(i - p.sinks) / float(tokens - p.sinks);
      continue;
    }
    const int64_t offset = int64_t(h) * tokens * l.shape.headDim;
    for (int64_t at = p.sinks; at + 2 * p.block <= tokens; at += p.block) {
      std::fill(score.begin(), score.end(), 0.);
      lagBlock(l.t.k + offset, at, p.block, l.shape.headDim, score.data());
      lagBlock(l.t.v + offset, at, p.block, l.shape.headDim, score.data());
      std::copy(score.begin(), score.end(), narrow.begin());
      if (p.crossScoring) {
        std::copy(narrow.begin(), narrow.end(), row + at);
        continue;
      }
      rankAscending(narrow.data(), p.block, place.data(), scratch);
      for (int64_t i = 0; i < p.block; ++i) row[at + i] = float(place[size_t(i)]) / float(p.block);
    }
  }
}

}  // namespace presslab
