// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/format/model_file.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

/// FNV-1a over values rounded to 4 decimals.
struct Digest {
  uint64_t state = 14695981039346656037ull;
  void add(float v) {
    const auto rounded = uint64_t(int64_t(std::llround(double(v) * 1e4)));
    for (int i = 0; i < 8; ++i) state = (state ^ (rounded >> (8 * i) & 0xff)) * 1099511628211ull;
  }
};

void addRows(Digest& digest, const TensorView& tensor, int64_t rows) {
  std::vector<float> row(size_t(tensor.cols));
  for (int64_t r = 0; r < std::min(rows, tensor.rows); ++r) {
    dequantizeRow(tensor, r, row.data());
    for (const float v : row) digest.add(v);
  }
}

}  // namespace

std::string modelFingerprint(const ModelFile& file) {
  const ModelConfig& c = file.config();
  Digest digest;
  addRows(digest, file.outputNorm(), 1);
  addRows(digest, file.layer(0).attnNorm, 1);
  addRows(digest, file.layer(0).k, 2);
  addRows(digest, file.layer(c.layers / 2).ffnNorm, 1);
  addRows(digest, file.layer(c.layers - 1).v, 2);
  char hex[20];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(digest.state));
  return c.architecture + "-" + std::to_string(c.layers) + "x" + std::to_string(c.heads) + "x" + std::to_string(c.kvHeads) + "x" +
         std::to_string(c.headDim) + "-h" + std::to_string(c.hidden) + "-f" + std::to_string(c.feedForward) + "-v" + std::to_string(c.vocab) + "-" +
         hex;
}

}  // namespace presslab
