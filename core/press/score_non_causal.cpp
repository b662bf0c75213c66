// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "core/press/linear.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

/// Average over the neighbours on both sides; what lies beyond the ends counts as 0.
void poolOfThree(float* row, int64_t n) {
  float before = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float own = row[i], behind = i + 1 < n ? row[i + 1] : 0.f;
    row[i] = (before + own + behind) / 3;
    before = own;
  }
}

}  // namespace

void nonCausalScores(const ScoreLayer& l, int64_t chunk, float* out) {
  const int64_t tokens = l.t.tokens;
  const int dim = l.shape.headDim, group = l.shape.group;
  constexpr int kBatch = 12;  // whole register tiles
  l.norms(0);                 // made before the tasks read them
  forTasks(l.t, l.shape.kvHeads, [&](int h) {
    float* row = out + int64_t(h) * tokens;
    std::fill(row, row + tokens, 0.f);
    Sideways keys;
    std::vector<float> rows(size_t(kBatch) * size_t(dim)), logits;
    for (int64_t from = 0; from < tokens; from += chunk) {
      const int64_t count = std::min(chunk, tokens - from);
      keys.assign(l.t.k + (h * tokens + from) * dim, dim, count, dim);
      logits.resize(size_t(kBatch) * size_t(keys.stride));
      for (int g = 0; g < group; ++g) {
        for (int64_t first = 0; first < count; first += kBatch) {
          const int n = int(std::min<int64_t>(kBatch, count - first));
          for (int a = 0; a < n; ++a) l.query(from + first + a, h * group + g, rows.data() + a * dim);
          dotAll(rows.data(), n, keys, count, logits.data());
          for (int a = 0; a < n; ++a) addSoftmax(logits.data() + a * keys.stride, 0, count, 1.f, 1.f / float(group), row + from);
        }
      }
    }
    const float* norms = l.norms(h);
    for (int64_t i = 0; i < tokens; ++i) row[i] *= norms[i];
    poolOfThree(row, tokens);
  });
  standardise(out, l.shape.kvHeads * tokens);
}

}  // namespace presslab
