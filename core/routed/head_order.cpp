// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/head_order.h"

#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/routed/budget.h"
#include "core/press/random.h"

namespace presslab {

HeadOrder parseHeadOrder(const std::string& text, uint64_t seed) {
  HeadOrder order;
  order.seed = seed;
  if (text == "stream_err") return order;
  if (text == "random") {
    order.kind = HeadOrder::Kind::Random;
    return order;
  }
  if (text.rfind("tsv:", 0) == 0 && text.size() > 4) {
    order.kind = HeadOrder::Kind::Tsv;
    order.file = text.substr(4);
    return order;
  }
  for (const char* later : {"loo", "gates", "on_the_fly"}) {
    if (text == later) badInput("order=" + text + ": not in this version; stream_err, random and tsv:FILE are");
  }
  badInput("order=" + text + ": unknown; stream_err, random or tsv:FILE");
}

std::vector<int> orderHeads(const HeadOrder& order, const HeadShape& shape, const Pattern* pattern, int64_t sink, int64_t recent) {
  std::vector<int> heads(size_t(shape.heads()));
  std::iota(heads.begin(), heads.end(), 0);
  if (order.kind == HeadOrder::Kind::Random) {
    SeededRandom random(order.seed ^ 0x6f72646572ull);
    for (size_t i = heads.size(); i > 1; --i) std::swap(heads[i - 1], heads[size_t(random.below(i))]);
    return heads;
  }
  Pattern imported;
  if (order.kind == HeadOrder::Kind::Tsv) {
    imported = readDuoTsv(order.file, shape);
    pattern = &imported;
  }
  if (!pattern || pattern->streamErr.size() != heads.size() * 4) return heads;
  const float* error = pattern->streamErr.data() + size_t(nearestWindow(sink, recent)) * heads.size();
  std::stable_sort(heads.begin(), heads.end(), [&](int a, int b) { return error[a] < error[b]; });
  return heads;
}

}  // namespace presslab
