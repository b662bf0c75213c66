// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

#include "core/format/model_file.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

/// FNV-1a.
struct Digest {
  uint64_t state = 14695981039346656037ull;
  void addByte(uint8_t byte) { state = (state ^ byte) * 1099511628211ull; }
  void addWord(uint64_t word) {
    for (int i = 0; i < 8; ++i) addByte(uint8_t(word >> (8 * i)));
  }
  void add(float v) { addWord(uint64_t(int64_t(std::llround(double(v) * 1e4)))); }  // 4 decimals: what quantised weights have in common
  void addText(const std::string& text) {
    addWord(text.size());
    for (const char c : text) addByte(uint8_t(c));
  }
  void addExact(const std::vector<float>& values) {
    addWord(values.size());
    for (const float v : values) addWord(std::bit_cast<uint32_t>(v));
  }
  std::string hex() const {
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state));
    return text;
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
  return c.architecture + "-" + std::to_string(c.layers) + "x" + std::to_string(c.heads) + "x" + std::to_string(c.kvHeads) + "x" +
         std::to_string(c.headDim) + "-h" + std::to_string(c.hidden) + "-f" + std::to_string(c.feedForward) + "-v" + std::to_string(c.vocab) + "-" +
         digest.hex();
}

std::string patternDigest(const Pattern& p) {
  Digest digest;
  for (const auto* values : {&p.streamErr, &p.loo, &p.duoGates, &p.onTheFly, &p.importance, &p.stats.mean, &p.stats.cov, &p.stats.filters})
    digest.addExact(*values);
  for (const ExpertSet& set : p.sets) {
    for (const std::string& name : set.experts) digest.addText(name);
    for (const auto* values : {&set.curve, &set.gateW, &set.gateC, &set.gateBias}) digest.addExact(*values);
  }
  return digest.hex();
}

}  // namespace presslab
