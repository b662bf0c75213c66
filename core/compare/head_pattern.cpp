// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <numeric>

#include "core/api/error.h"
#include "core/api/what_if.h"
#include "core/export/export.h"
#include "core/routed/pattern.h"

namespace presslab {

HeadPattern readHeadPattern(const std::string& path, int layers, int kvHeads) {
  HeadShape shape;
  shape.layers = layers;
  shape.kvHeads = kvHeads;
  Pattern read = readDuoTsv(path, shape);  // one window after the other, all alike
  read.streamErr.resize(size_t(shape.heads()));
  return {layers, kvHeads, std::move(read.streamErr)};
}

void writeHeadPattern(const HeadPattern& p, const std::string& path) {
  std::string text;
  for (int l = 0; l < p.layers; ++l)
    for (int h = 0; h < p.kvHeads; ++h) {
      char value[32];
      const auto end = std::to_chars(value, value + sizeof value, p.values[size_t(l * p.kvHeads + h)]).ptr;
      text.append(value, end).append(h + 1 == p.kvHeads ? "\n" : "\t");
    }
  writeFileAtomic(path, text);
}

HeadPattern makeHeadPattern(int layers, int kvHeads, const std::vector<uint8_t>& streams, const std::vector<float>& scores) {
  const auto heads = size_t(layers) * size_t(kvHeads);
  if (streams.size() != heads || (!scores.empty() && scores.size() != heads)) badInput("head pattern: not a value for each head");
  std::vector<size_t> order(heads);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return !scores.empty() && scores[a] < scores[b]; });
  const auto streaming = size_t(std::count_if(streams.begin(), streams.end(), [](uint8_t s) { return s != 0; }));
  HeadPattern p{layers, kvHeads, std::vector<float>(heads)};
  size_t low = 0, high = 0;
  for (const size_t head : order) {
    const bool below = streams[head] != 0;
    const size_t place = below ? low++ : high++, of = below ? streaming : heads - streaming;
    p.values[head] = float((below ? 0 : .5) + .5 * (double(place) + .5) / double(of));
  }
  return p;
}

}  // namespace presslab
