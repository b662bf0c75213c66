// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/policies.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/api/error.h"
#include "core/routed/dense.h"
#include "core/routed/pattern.h"
#include "core/routed/ranks.h"

namespace presslab {
namespace {

constexpr std::array<std::string_view, 8> kNames{"recency", "keydiff", "window", "expected", "importance", "observed", "tova", "lagkv"};
constexpr int64_t kSinks = 4;
constexpr int kWindowQueries = 64;

/// Queries of a policy "window<N>", 0 when the name is another one.
int windowQueries(std::string_view name) {
  if (name == "window") return kWindowQueries;
  if (name.rfind("window", 0) != 0 || name.size() > 12) return 0;
  int n = 0;
  for (const char c : name.substr(6)) {
    if (c < '0' || c > '9') return 0;
    n = n * 10 + (c - '0');
  }
  return n >= 1 ? n : 0;
}

/// One layer with what several policies need of it: keys on their side, norms of the values.
struct Layer {
  const LayerTrace& t;
  const HeadShape& shape;
  std::vector<Sideways> keys;               // per KV head
  std::vector<float> valueNorm;             // (kvHeads, T)

  Layer(const LayerTrace& trace, const HeadShape& s) : t(trace), shape(s) {
    valueNorm.resize(size_t(s.kvHeads) * size_t(t.tokens));
    for (int h = 0; h < s.kvHeads; ++h) {
      keys.emplace_back(t.k + int64_t(h) * t.tokens * s.headDim, s.headDim, t.tokens, s.headDim);
      for (int64_t i = 0; i < t.tokens; ++i) {
        const float* v = t.v + (int64_t(h) * t.tokens + i) * s.headDim;
        float sum = 0;
        for (int d = 0; d < s.headDim; ++d) sum += v[d] * v[d];
        valueNorm[size_t(int64_t(h) * t.tokens + i)] = std::sqrt(sum);
      }
    }
  }
  const float* norms(int h) const { return valueNorm.data() + int64_t(h) * t.tokens; }
  float scale() const { return 1.f / std::sqrt(float(shape.headDim)); }

  /// The rotated query of head `q` at a position.
  void query(int64_t position, int q, float* out) const {
    const float* row = t.q + (position * shape.queryHeads() + q) * shape.headDim;
    std::copy(row, row + shape.headDim, out);
    if (!t.ropeCos) return;
    const int half = t.ropeDim / 2;
    const float *c = t.ropeCos + position * half, *s = t.ropeSin + position * half;
    for (int d = 0; d < half; ++d) {
      const float a = out[d], b = out[d + half];
      out[d] = a * c[d] - b * s[d];
      out[d + half] = b * c[d] + a * s[d];
    }
  }
};

/// Gives the tokens [from, to) a score above all others.
void putOnTop(float* score, int64_t tokens, int64_t from, int64_t to) {
  float top = -INFINITY;
  for (int64_t i = 0; i < tokens; ++i) {
    if (i < from || i >= to) top = std::max(top, score[i]);
  }
  std::fill(score + from, score + to, std::isfinite(top) ? top + 1.f : 1.f);
}

void recency(const Layer& l, float* out) {
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    float* row = out + int64_t(h) * l.t.tokens;
    for (int64_t i = 0; i < l.t.tokens; ++i) row[i] = float(i);
    putOnTop(row, l.t.tokens, 0, std::min(kSinks, l.t.tokens));
  }
}

void keyDifference(const Layer& l, float* out) {
  const int dim = l.shape.headDim;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const float* k = l.t.k + int64_t(h) * l.t.tokens * dim;
    std::vector<double> anchor(size_t(dim), 0);
    std::vector<float> norm(size_t(l.t.tokens));
    for (int64_t i = 0; i < l.t.tokens; ++i) {
      double sum = 0;
      for (int d = 0; d < dim; ++d) sum += double(k[i * dim + d]) * k[i * dim + d];
      norm[size_t(i)] = std::max(1e-12f, float(std::sqrt(sum)));
      for (int d = 0; d < dim; ++d) anchor[size_t(d)] += k[i * dim + d] / norm[size_t(i)];
    }
    double length = 0;
    for (double& a : anchor) {
      a /= double(l.t.tokens);
      length += a * a;
    }
    length = std::max(1e-12, std::sqrt(length));
    for (int64_t i = 0; i < l.t.tokens; ++i) {
      double dot = 0;
      for (int d = 0; d < dim; ++d) dot += k[i * dim + d] * anchor[size_t(d)];
      out[int64_t(h) * l.t.tokens + i] = float(-dot / (norm[size_t(i)] * length));
    }
  }
}

/// Adds weight * softmax(row of logits over [from, limit)) to `sum`.
void addSoftmax(float* logits, int64_t from, int64_t limit, float scale, float weight, float* sum) {
  const float top = maxOf(logits + from, limit - from) * scale;
  const float factor = weight / expScaled(logits + from, limit - from, scale, top);
  for (int64_t i = from; i < limit; ++i) sum[i] += factor * logits[i];
}

void windowed(const Layer& l, int queries, float* out) {
  const int64_t tokens = l.t.tokens, window = std::min<int64_t>(queries, tokens / 2), kept = tokens - window;
  constexpr int kPool = 5, kBatch = 8;
  std::vector<float> rows(size_t(kBatch) * size_t(l.shape.headDim)), logits, sum(static_cast<size_t>(tokens));
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const Sideways& keys = l.keys[size_t(h)];
    logits.resize(size_t(kBatch) * size_t(keys.stride));
    std::fill(sum.begin(), sum.end(), 0.f);
    for (int g = 0; g < l.shape.group; ++g) {
      for (int64_t first = kept; first < tokens; first += kBatch) {
        const int n = int(std::min<int64_t>(kBatch, tokens - first));
        for (int a = 0; a < n; ++a) l.query(first + a, h * l.shape.group + g, rows.data() + a * l.shape.headDim);
        dotAll(rows.data(), n, keys, first + n, logits.data());
        for (int a = 0; a < n; ++a) addSoftmax(logits.data() + a * keys.stride, 0, first + a + 1, l.scale(), 1.f, sum.data());
      }
    }
    float* row = out + int64_t(h) * tokens;
    const float scale = 1.f / (float(std::max<int64_t>(1, window)) * float(l.shape.group) * kPool);
    for (int64_t i = 0; i < kept; ++i) {
      float pooled = 0;
      for (int64_t j = std::max<int64_t>(0, i - kPool / 2); j <= std::min(kept - 1, i + kPool / 2); ++j) pooled += sum[size_t(j)];
      row[i] = pooled * scale * l.norms(h)[i];
    }
    putOnTop(row, tokens, kept, tokens);
  }
}

/// The rotation averaged over positions T .. T+511: per pair (cos, sin).
std::vector<std::array<float, 2>> meanRotation(const LayerTrace& t) {
  constexpr int64_t kFuture = 512;
  std::vector<std::array<float, 2>> mean;
  if (!t.ropeCos) return mean;
  const int half = t.ropeDim / 2;
  const int64_t last = std::min(t.ropePositions, t.tokens + kFuture), first = std::min(t.tokens, last - 1);
  for (int d = 0; d < half; ++d) {
    double c = 0, s = 0;
    for (int64_t p = first; p < last; ++p) {
      c += t.ropeCos[p * half + d];
      s += t.ropeSin[p * half + d];
    }
    mean.push_back({float(c / double(last - first)), float(s / double(last - first))});
  }
  return mean;
}

/// Rotates pairs of a strided vector by the mean rotation.
void turn(float* x, int64_t step, const std::vector<std::array<float, 2>>& mean) {
  const auto half = int64_t(mean.size());
  for (int64_t d = 0; d < half; ++d) {
    const float a = x[d * step], b = x[(d + half) * step], c = mean[size_t(d)][0], s = mean[size_t(d)][1];
    x[d * step] = a * c - b * s;
    x[(d + half) * step] = b * c + a * s;
  }
}

void expected(const Layer& l, float* out) {
  const int64_t tokens = l.t.tokens;
  const int dim = l.shape.headDim;
  if (tokens <= kSinks + 1) return recency(l, out);
  const auto rotation = meanRotation(l.t);
  std::vector<float> mean(static_cast<size_t>(dim)), gram(size_t(dim) * size_t(dim)), along, turned, average(static_cast<size_t>(tokens));
  Sideways queries;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const Sideways& keys = l.keys[size_t(h)];
    std::fill(average.begin(), average.end(), 0.f);
    along.resize(size_t(keys.stride));
    turned.resize(size_t(dim) * size_t(keys.stride));
    for (int g = 0; g < l.shape.group; ++g) {
      const int q = h * l.shape.group + g;
      const int64_t width = int64_t(l.shape.queryHeads()) * dim;
      queries.assign(l.t.q + kSinks * width + int64_t(q) * dim, width, tokens - kSinks, dim);
      covariance(queries, mean.data(), gram.data());
      turn(mean.data(), 1, rotation);
      for (int d = 0; d < dim; ++d) turn(gram.data() + d * dim, 1, rotation);
      for (int d = 0; d < dim; ++d) turn(gram.data() + d, dim, rotation);
      dotAll(mean.data(), 1, keys, tokens, along.data());
      dotAll(gram.data(), dim, keys, tokens, turned.data());
      for (float& v : along) v *= l.scale();
      const float half = .5f / float(dim);
      for (int d = 0; d < dim; ++d) addProducts(turned.data() + d * keys.stride, keys.row(d), tokens, half, along.data());
      addSoftmax(along.data(), kSinks, tokens, 1.f, 1.f / float(l.shape.group), average.data());
    }
    float* row = out + int64_t(h) * tokens;
    const float floor = .01f / float(tokens);
    for (int64_t i = 0; i < tokens; ++i) row[i] = (average[size_t(i)] + floor) * l.norms(h)[i];
    putOnTop(row, tokens, 0, kSinks);
  }
}

void observed(const Layer& l, float* out) {
  const int64_t tokens = l.t.tokens;
  constexpr int kBatch = 8;
  std::vector<float> rows(size_t(kBatch) * size_t(l.shape.headDim)), logits;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const Sideways& keys = l.keys[size_t(h)];
    logits.resize(size_t(kBatch) * size_t(keys.stride));
    float* row = out + int64_t(h) * tokens;
    std::fill(row, row + tokens, 0.f);
    for (int g = 0; g < l.shape.group; ++g) {
      for (int64_t first = 0; first < tokens; first += kBatch) {
        const int n = int(std::min<int64_t>(kBatch, tokens - first));
        for (int a = 0; a < n; ++a) l.query(first + a, h * l.shape.group + g, rows.data() + a * l.shape.headDim);
        dotAll(rows.data(), n, keys, first + n, logits.data());
        for (int a = 0; a < n; ++a) addSoftmax(logits.data() + a * keys.stride, 0, first + a + 1, l.scale(), 1.f, row);
      }
    }
    for (int64_t i = 0; i < tokens; ++i) row[i] *= l.norms(h)[i] / (float(tokens - i) * float(l.shape.group));
  }
}

void lastQuery(const Layer& l, float* out) {
  const int64_t tokens = l.t.tokens;
  std::vector<float> row(size_t(l.shape.headDim)), sum(size_t(tokens), 0.f), logits;
  for (int q = 0; q < l.shape.queryHeads() && tokens > 1; ++q) {
    const Sideways& keys = l.keys[size_t(q / l.shape.group)];
    logits.resize(size_t(keys.stride));
    l.query(tokens - 1, q, row.data());
    dotAll(row.data(), 1, keys, tokens, logits.data());
    addSoftmax(logits.data(), 0, tokens, l.scale(), 1.f / float(l.shape.queryHeads()), sum.data());
  }
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    std::copy(sum.begin(), sum.end(), out + int64_t(h) * tokens);
    putOnTop(out + int64_t(h) * tokens, tokens, tokens - 1, tokens);
  }
}

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

void lagged(const Layer& l, float* out) {
  constexpr int64_t kBlock = 128;
  const int64_t tokens = l.t.tokens;
  RankScratch scratch;
  std::vector<int32_t> place(static_cast<size_t>(kBlock));
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    float* row = out + int64_t(h) * tokens;
    std::fill(row, row + tokens, 1.f);
    if (tokens < kSinks + 2 * kBlock) {
      for (int64_t i = kSinks; i < tokens; ++i) row[i] = float(i - kSinks) / float(tokens - kSinks);
      continue;
    }
    const int64_t offset = int64_t(h) * tokens * l.shape.headDim;
    for (int64_t p = kSinks; p + 2 * kBlock <= tokens; p += kBlock) {
      std::array<double, size_t(kBlock)> score{};
      std::array<float, size_t(kBlock)> narrow;
      lagBlock(l.t.k + offset, p, kBlock, l.shape.headDim, score.data());
      lagBlock(l.t.v + offset, p, kBlock, l.shape.headDim, score.data());
      std::copy(score.begin(), score.end(), narrow.begin());
      rankAscending(narrow.data(), kBlock, place.data(), scratch);
      for (int64_t i = 0; i < kBlock; ++i) row[p + i] = float(place[size_t(i)]) / float(kBlock);
    }
  }
}

/// b . [x_i, ln(T-i)/7, ln(1+i)/7, [i<4], i/T, 1]
void importance(const Layer& l, const Pattern* pattern, float* out) {
  const int hidden = l.shape.hidden;
  const size_t width = size_t(hidden) + 5;
  if (!pattern || pattern->importance.size() != size_t(l.shape.heads()) * width) badInput("expert importance: the calibration holds none");
  const double tokens = double(l.t.tokens);
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const float* b = pattern->importance.data() + size_t(l.t.layer * l.shape.kvHeads + h) * width;
    for (int64_t i = 0; i < l.t.tokens; ++i) {
      const float* x = l.t.x + i * hidden;
      double sum = 0;
      for (int d = 0; d < hidden; ++d) sum += double(b[d]) * x[d];
      sum += b[hidden] * std::log(tokens - double(i)) / 7 + b[hidden + 1] * std::log(1. + double(i)) / 7;
      sum += (i < kSinks ? b[hidden + 2] : 0.f) + b[hidden + 3] * double(i) / tokens + b[hidden + 4];
      out[int64_t(h) * l.t.tokens + i] = float(sum);
    }
  }
}

void scoreInto(const std::string& name, const Layer& l, const Pattern* pattern, float* out) {
  if (name == "recency") return recency(l, out);
  if (name == "keydiff") return keyDifference(l, out);
  if (name == "expected") return expected(l, out);
  if (name == "importance") return importance(l, pattern, out);
  if (name == "observed") return observed(l, out);
  if (name == "tova") return lastQuery(l, out);
  if (name == "lagkv") return lagged(l, out);
  const int queries = windowQueries(name);
  if (!queries) badInput("expert '" + name + "': unknown policy");
  windowed(l, queries, out);
}

}  // namespace

bool isExpertName(std::string_view name) {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || windowQueries(name) > 0;
}

std::vector<std::string> expertNames(int count, bool withImportance) {
  std::vector<std::string> names;
  for (const std::string_view n : kNames) {
    if (int(names.size()) < count && (withImportance || n != "importance")) names.emplace_back(n);
  }
  for (int64_t queries = 128; int(names.size()) < count; queries += 128) names.push_back("window" + std::to_string(queries));
  return names;
}

std::vector<std::string> parseExperts(std::string_view text) {
  std::vector<std::string> names;
  size_t at = 0;
  while (at <= text.size()) {
    const size_t end = std::min(text.find_first_of("|/", at), text.size());
    std::string name(text.substr(at, end - at));
    if (!isExpertName(name)) badInput("experts: '" + name + "' is not a policy; recency, keydiff, window, expected, importance, observed, tova, lagkv, window<N>");
    if (std::find(names.begin(), names.end(), name) != names.end()) badInput("experts: '" + name + "' stands twice");
    names.push_back(std::move(name));
    at = end + 1;
  }
  return names;
}

void policyScores(const std::string& name, const LayerTrace& t, const HeadShape& shape, const Pattern* pattern, float* out) {
  scoreInto(name, Layer(t, shape), pattern, out);
}

std::vector<int32_t> policyRanks(const std::vector<std::string>& names, const LayerTrace& t, const HeadShape& shape, const Pattern* pattern) {
  const Layer layer(t, shape);
  const size_t plane = size_t(shape.kvHeads) * size_t(t.tokens);
  std::vector<int32_t> ranks(names.size() * plane);
  std::vector<float> score(plane);
  RankScratch scratch;
  for (size_t e = 0; e < names.size(); ++e) {
    scoreInto(names[e], layer, pattern, score.data());
    for (int h = 0; h < shape.kvHeads; ++h) {
      const int64_t offset = int64_t(h) * t.tokens;
      rankAscending(score.data() + offset, t.tokens, ranks.data() + int64_t(e) * int64_t(plane) + offset, scratch);
    }
  }
  return ranks;
}

}  // namespace presslab
