// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/output_norms.h"

#include <algorithm>
#include <cmath>

#include "core/press/linear.h"
#include "core/press/score_layer.h"

namespace presslab {

std::vector<float> outputNorms(const LayerTrace& t, const HeadShape& shape, const HeadShape& model) {
  constexpr int64_t kSpan = 128;
  const int64_t dim = shape.headDim, hidden = model.hidden, width = model.queryHeads() * dim;
  std::vector<float> norms(size_t(shape.kvHeads * t.tokens), 0.f);
  forTasks(t, shape.kvHeads, [&](int h) {
    float* out = norms.data() + h * t.tokens;
    const float* values = t.v + h * t.tokens * dim;
    std::vector<float> turned(size_t(dim * hidden));  // (headDim, hidden) of one query head
    for (int g = 0; g < shape.group; ++g) {
      const float* own = t.wo + ((t.firstHead + h) * shape.group + g) * dim;
      for (int64_t o = 0; o < hidden; ++o) {
        for (int64_t d = 0; d < dim; ++d) turned[size_t(d * hidden + o)] = own[o * width + d];
      }
      for (int64_t from = 0; from < t.tokens; from += kSpan) {
        const int64_t n = std::min(kSpan, t.tokens - from);
        const std::vector<float> written = product(n, hidden, dim, values + from * dim, dim, turned.data(), hidden);
        for (int64_t i = 0; i < n; ++i) {
          float sum = 0;
          for (int64_t o = 0; o < hidden; ++o) sum += std::abs(written[size_t(i * hidden + o)]);
          out[from + i] += sum / float(shape.group);
        }
      }
    }
  });
  return norms;
}

}  // namespace presslab
