// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/head_order.h"

#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/press/random.h"
#include "core/routed/budget.h"

namespace presslab {
namespace {

using Kind = HeadOrder::Kind;

/// An order that is read from one value a head of the calibration.
struct HeadValues {
  const char* name;
  Kind kind;
  const std::vector<float> Pattern::*values;
  const char* missing;
};
constexpr HeadValues kHeadValues[]{{"loo", Kind::Loo, &Pattern::loo, "leave-one-out divergences"},
                                   {"gates", Kind::Gates, &Pattern::duoGates, "trained DuoAttention gates"},
                                   {"on_the_fly", Kind::OnTheFly, &Pattern::onTheFly, "on-the-fly scores"}};

void sortBy(const float* value, std::vector<int>& heads) {
  std::stable_sort(heads.begin(), heads.end(), [&](int a, int b) { return value[a] < value[b]; });
}

}  // namespace

HeadOrder parseHeadOrder(const std::string& text, uint64_t seed) {
  HeadOrder order;
  order.seed = seed;
  if (text == "stream_err") return order;
  if (text == "random") {
    order.kind = Kind::Random;
    return order;
  }
  if (text.rfind("tsv:", 0) == 0 && text.size() > 4) {
    order.kind = Kind::Tsv;
    order.file = text.substr(4);
    return order;
  }
  for (const HeadValues& v : kHeadValues) {
    if (text != v.name) continue;
    order.kind = v.kind;
    return order;
  }
  badInput("order=" + text + ": unknown; stream_err, loo, gates, on_the_fly, random or tsv:FILE");
}

std::vector<int> orderHeads(const HeadOrder& order, const HeadShape& shape, const Pattern* pattern, int64_t sink, int64_t recent) {
  std::vector<int> heads(size_t(shape.heads()));
  std::iota(heads.begin(), heads.end(), 0);
  if (order.kind == Kind::Random) {
    SeededRandom random(order.seed ^ 0x6f72646572ull);
    for (size_t i = heads.size(); i > 1; --i) std::swap(heads[i - 1], heads[size_t(random.below(i))]);
    return heads;
  }
  for (const HeadValues& v : kHeadValues) {
    if (order.kind != v.kind) continue;
    if (!pattern || (pattern->*v.values).size() != heads.size()) {
      badInput(std::string("order=") + v.name + ": the calibration in use holds no " + v.missing + "; presslab-cli calibrate " + v.name +
               " makes them for this model");
    }
    sortBy((pattern->*v.values).data(), heads);
    return heads;
  }
  Pattern imported;
  if (order.kind == Kind::Tsv) {
    imported = readDuoTsv(order.file, shape);
    pattern = &imported;
  }
  if (!pattern || pattern->streamErr.size() != heads.size() * 4) return heads;
  sortBy(pattern->streamErr.data() + size_t(nearestWindow(sink, recent)) * heads.size(), heads);
  return heads;
}

}  // namespace presslab
