// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/score_repeat.h"

#include <algorithm>
#include <cmath>

#include "core/press/dense.h"
#include "core/press/linear.h"
#include "core/press/score_layer.h"

namespace presslab {
namespace {

constexpr int kBatch = 12;  // readers at a time: whole register tiles

double norm(const float* x, int64_t n) {
  double squares = 0;
  for (int64_t i = 0; i < n; ++i) squares += double(x[i]) * x[i];
  return std::sqrt(squares);
}

/// The keys that take part, of one KV head, on their side: sinks, part, tokens read.
Sideways takingPart(const ReadLayer& read, const HeadShape& shape, const RepeatedPart& part, int head) {
  const int64_t dim = shape.headDim;
  const float* keys = read.t.k + head * read.t.tokens * dim;
  std::vector<float> rows;
  rows.reserve(size_t((part.sinks + part.to - part.from + read.count()) * dim));
  const auto add = [&](int64_t from, int64_t to) { rows.insert(rows.end(), keys + from * dim, keys + to * dim); };
  add(0, part.sinks);
  add(part.from, part.to);
  add(read.first, read.t.tokens);
  return Sideways(rows.data(), dim, int64_t(rows.size()) / dim, shape.headDim);
}

/// |W_o v| of each token of the part as query head q writes it: the root of v' (W'W) v.
std::vector<float> reach(const ReadLayer& read, const HeadShape& shape, const RepeatedPart& part, int q) {
  const int64_t dim = shape.headDim, width = shape.queryHeads() * dim;
  std::vector<float> own(size_t(shape.hidden * dim));
  for (int64_t o = 0; o < shape.hidden; ++o) std::copy_n(read.t.wo + o * width + q * dim, dim, own.data() + o * dim);
  const std::vector<double> squares = gram(own.data(), shape.hidden, shape.headDim, nullptr);
  const float* values = read.t.v + (q / shape.group * read.t.tokens + part.from) * dim;
  std::vector<float> norms = quadratic(values, part.to - part.from, shape.headDim, std::vector<float>(squares.begin(), squares.end()));
  for (float& n : norms) n = std::sqrt(std::max(0.f, n));
  return norms;
}

/// Keys that lie before the window of the token at `position` get no weight. Of the keys that take part, the first `lead` are context.
void maskBefore(const ReadLayer& read, const RepeatedPart& part, int64_t position, float* logits) {
  const int64_t first = position - read.t.window + 1, lead = part.sinks + part.to - part.from;  // the first position that is seen
  std::fill_n(logits, std::clamp<int64_t>(first, 0, part.sinks), -INFINITY);
  std::fill_n(logits + part.sinks, std::clamp<int64_t>(first - part.from, 0, part.to - part.from), -INFINITY);
  std::fill_n(logits + lead, std::clamp<int64_t>(first - read.first, 0, read.count()), -INFINITY);
}

/// best[i]: the highest attention of query head q on token i of the part, divided by what `divide` holds of its reader; or the mean.
void overReaders(const ReadLayer& read, const HeadShape& shape, const RepeatedPart& part, int q, const Sideways& keys,
                 const std::vector<float>& divide, float* best) {
  const int64_t dim = shape.headDim, length = part.to - part.from, lead = part.sinks + length;
  const float scale = read.t.scale > 0 ? read.t.scale : 1.f / std::sqrt(float(dim));
  std::vector<float> rows(size_t(kBatch * dim)), logits(size_t(kBatch) * size_t(keys.stride));
  for (int64_t first = 0; first < read.count(); first += kBatch) {
    const int n = int(std::min<int64_t>(kBatch, read.count() - first));
    for (int a = 0; a < n; ++a) {
      std::copy_n(read.t.q + ((first + a) * shape.queryHeads() + q) * dim, dim, rows.data() + a * dim);
      rotate(rows.data() + a * dim, read.t, read.first + first + a);
    }
    dotAll(rows.data(), n, keys, lead + first + n, logits.data());
    for (int a = 0; a < n; ++a) {
      float* row = logits.data() + a * keys.stride;
      if (read.t.window > 0) maskBefore(read, part, read.first + first + a, row);
      const int64_t seen = lead + first + a + 1;
      const float total = expScaled(row, seen, scale, maxOf(row, seen) * scale);
      const float factor = 1.f / (total * (divide.empty() ? 1.f : divide[size_t(first + a)]));
      if (part.meanOfReaders)
        addScaled(row + part.sinks, length, factor / float(read.count()), best);
      else
        maxProducts(row + part.sinks, length, factor, best);
    }
  }
}

}  // namespace

void repeatScores(const ReadLayer& read, const HeadShape& shape, const RepeatedPart& part, float* out, int64_t stride) {
  const int64_t length = part.to - part.from;
  std::vector<float> divide;  // |x| of each reader
  for (int64_t i = 0; part.normalised && i < read.count(); ++i) divide.push_back(float(norm(read.t.x + i * shape.hidden, shape.hidden)));
  std::vector<Sideways> keys(size_t(shape.kvHeads));
  forTasks(read.t, shape.kvHeads, [&](int h) { keys[size_t(h)] = takingPart(read, shape, part, h); });
  std::vector<float> best(size_t(shape.queryHeads() * length), 0.f);
  forTasks(read.t, shape.queryHeads(), [&](int q) {
    float* own = best.data() + q * length;
    overReaders(read, shape, part, q, keys[size_t(q / shape.group)], divide, own);
    if (!part.normalised) return;
    const std::vector<float> norms = reach(read, shape, part, q);
    for (int64_t i = 0; i < length; ++i) own[i] *= norms[size_t(i)];
  });
  for (int h = 0; h < shape.kvHeads; ++h) {
    float* row = out + h * stride;
    std::copy_n(best.data() + h * shape.group * length, length, row);
    for (int g = 1; g < shape.group; ++g) {
      const float* other = best.data() + (h * shape.group + g) * length;
      if (part.meanOfGroup)
        addScaled(other, length, 1.f, row);
      else
        maxProducts(other, length, 1.f, row);
    }
    for (int64_t i = 0; part.meanOfGroup && i < length; ++i) row[i] /= float(shape.group);
  }
}

}  // namespace presslab
