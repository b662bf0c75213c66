// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QtTest/QtTest>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "core/api/error.h"
#include "core/press/layer_keeper.h"
#include "core/press/press.h"
#include "core/routed/routed_test.h"

namespace presslab::test {

/// What a press kept of random layers, and what it said.
struct Outcome {
  int64_t predicted = 0, kept = 0;
  std::vector<std::string> notes;
  std::vector<LayerKeep> layers;
};

/// Query statistics of a model that nobody trained: a mean and a covariance that differ from head to head, and filters.
inline QueryStats fakeStats(const HeadShape& shape, uint64_t seed) {
  SeededRandom random(seed);
  const size_t d = size_t(shape.headDim), heads = size_t(shape.layers * shape.queryHeads());
  QueryStats s;
  for (size_t i = 0; i < heads * d; ++i) s.mean.push_back(float(random.normal()));
  for (size_t i = 0; i < heads * d * d; ++i) s.cov.push_back(i / d % d == i % d ? float(.5 + random.uniform()) : 0.f);
  for (size_t i = 0; i < size_t(shape.heads()) * d; ++i) s.filters.push_back(float(random.normal()));
  return s;
}

/// Output weights of every layer.
inline std::vector<float> fakeOutput(const HeadShape& shape) {
  SeededRandom random(23);
  std::vector<float> wo(size_t(shape.hidden * shape.queryHeads() * shape.headDim));
  for (float& w : wo) w = float(random.normal());
  return wo;
}

/// A trace that holds what was asked for, nothing else.
inline LayerTrace restricted(LayerTrace t, const TraceNeeds& needs, const float* wo) {
  if (!needs.keys) t.k = nullptr;
  if (!needs.values) t.v = nullptr;
  if (!needs.queries) t.q = nullptr;
  if (!needs.input) t.x = nullptr;
  if (!needs.residual) t.residual = nullptr;
  if (needs.output) t.wo = wo;
  return t;
}

/// A second reading of random rows that depend on the layer and on the tokens that are read.
inline Reread fakeReread(const HeadShape& shape, std::span<const int32_t> ids, TraceNeeds needs) {
  Reread again;
  again.ids = ids;
  again.read = [shape, ids, needs, wo = fakeOutput(shape)](std::span<const int32_t> request, const ReadTap& tap) {
    const uint64_t seed =
        std::accumulate(request.begin(), request.end(), uint64_t{7}, [](uint64_t sum, int32_t id) { return sum * 31 + uint64_t(id); });
    for (int l = 0; l < shape.layers; ++l) {
      const FakeLayer layer(shape, int64_t(ids.size() + request.size()), l, seed % 1000003);
      tap(ReadLayer{restricted(layer.trace, needs, wo.data()), int64_t(ids.size())});
    }
  };
  return again;
}

/// Runs a press over the layers of a shape; positions must ascend inside the context.
inline Outcome runPress(Press& press, const HeadShape& shape, int64_t tokens, const Pattern* pattern = nullptr, uint64_t seed = 7) {
  RunContext run;
  run.shape = shape;
  run.tokens = tokens;
  run.pattern = pattern;
  run.calibration = pattern ? "file" : "none";
  run.seed = 11;
  run.question = std::min<int64_t>(9, tokens / 2);
  if (run.shape.rowBytes == 0) run.shape.rowBytes = 4 * shape.headDim;
  RereadText reread{{1, 2, 3}, {4, 5}, {6}, std::min<int64_t>(3, tokens / 2)};
  run.reread = &reread;
  Pattern withStats = pattern ? *pattern : Pattern();
  withStats.stats = fakeStats(shape, 17);
  if (press.wantsCalibration()) run.pattern = &withStats;
  Outcome o;
  o.predicted = press.predictKept(run);
  o.notes = press.begin(run);
  const TraceNeeds needs = press.needs();
  std::vector<LayerKeep> whole;
  if (press.rereads()) {
    std::vector<int32_t> ids(static_cast<size_t>(tokens));
    std::iota(ids.begin(), ids.end(), 50);
    whole = press.plan(fakeReread(shape, ids, press.rereadNeeds()));
  }
  const std::vector<float> wo = fakeOutput(shape);
  for (int l = 0; l < shape.layers; ++l) {
    const FakeLayer layer(shape, tokens, l, seed);
    const LayerTrace t = restricted(layer.trace, needs, wo.data());
    o.layers.push_back(press.rereads() ? whole[size_t(l)] : press.keep(t));
    if (int(o.layers.back().heads.size()) != shape.kvHeads) throw Failure(ErrorCode::Failed, "a head is missing");
    for (const HeadKeep& h : o.layers.back().heads) {
      if (h.positions.empty() && h.kind != HeadKind::Routed) throw Failure(ErrorCode::Failed, "a head keeps nothing");
      for (size_t i = 1; i < h.positions.size(); ++i) {
        if (h.positions[i] <= h.positions[i - 1]) throw Failure(ErrorCode::Failed, "positions do not ascend");
      }
      if (h.positions.empty()) continue;  // a quota of a routed head may be 0 where a head has 1 or 2 tokens on average
      if (h.positions.front() < 0 || h.positions.back() >= tokens) throw Failure(ErrorCode::Failed, "a position outside the context");
      o.kept += int64_t(h.positions.size());
    }
  }
  return o;
}

inline Outcome runSpec(const std::string& spec, const HeadShape& shape, int64_t tokens, const Pattern* pattern = nullptr) {
  return runPress(*makePress(spec), shape, tokens, pattern);
}

/// A layer of seeded rows that is being decoded: slot i holds position i, attention is seeded too.
class FakeHeld final : public HeldLayer {
 public:
  FakeHeld(const HeadShape& shape, int64_t tokens, int64_t decoded, uint64_t seed) : m_shape(shape), m_positions(size_t(tokens)) {
    heads = shape.kvHeads;
    position = tokens - 1;
    since = decoded;
    std::iota(m_positions.begin(), m_positions.end(), 0);
    HeadShape one = shape;
    one.kvHeads = 1;
    SeededRandom random(seed * 31 + 7);
    for (int h = 0; h < heads; ++h) {
      m_rows.push_back(std::make_unique<FakeLayer>(one, tokens, h, seed));
      for (float& a : m_attention.emplace_back(size_t(tokens))) a = float(random.uniform());
    }
  }
  std::span<const int32_t> positions(int) const override { return m_positions; }
  std::span<const float> attention(int head) const override { return m_attention[size_t(head)]; }
  LayerTrace rows(int head, int64_t first, int64_t count) override {
    LayerTrace t = m_rows[size_t(head)]->trace;
    const int64_t d = m_shape.headDim;
    t.layer = layer;
    t.tokens = count;
    t.k += first * d;
    t.v += first * d;
    t.q += first * d * m_shape.group;
    t.firstHead = head;
    return t;
  }

 private:
  HeadShape m_shape;
  std::vector<int32_t> m_positions;
  std::vector<std::unique_ptr<FakeLayer>> m_rows;
  std::vector<std::vector<float>> m_attention;
};

inline std::string fingerprint(const LayerKeeper& keeper, const HeadShape& one) {
  std::string text;
  FakeHeld held({1, 2, one.group, one.headDim, one.hidden}, 300, 40, 5);
  for (const HeadCut& c : keeper.cut(held, one)) {
    for (const int32_t s : c.kept) text += " " + std::to_string(s);
    for (const int32_t s : c.dropped) text += " -" + std::to_string(s);
    for (const HeadCut::Addition& a : c.added) text += " " + std::to_string(a.from) + ">" + std::to_string(a.into) + "*" + std::to_string(a.weight);
    text += ";";
  }
  return text;
}

/// What a press does while decoding: its rhythm, and what it keeps of a head of 300 random rows.
inline std::string fingerprint(const DecodeKeeper& keeper) {
  const HeadShape one{1, 1, 2, 8, 16};
  const FakeLayer layer(one, 300, 0, 5);
  std::string text = "every " + std::to_string(keeper.every) + " queries " + std::to_string(keeper.queries) + ":";
  if (const auto* whole = dynamic_cast<const LayerKeeper*>(&keeper)) return text + fingerprint(*whole, one) + "\n";
  for (const int32_t slot : keeper.keep(layer.trace, one)) text += " " + std::to_string(slot);
  return text + "\n";
}

/// All that an outcome shows: positions, rings, expert loads, storage, what happens while decoding.
inline std::string fingerprint(const Outcome& o) {
  std::string text;
  if (!o.layers.empty() && o.layers[0].decode) text += fingerprint(*o.layers[0].decode);
  for (const LayerKeep& l : o.layers) {
    text += std::to_string(int(l.quant.form)) + "/" + std::to_string(l.quant.residual) + " ";
    for (const HeadKeep& h : l.heads) {
      for (const RowMerge& m : h.merges) text += std::to_string(m.from) + ">" + std::to_string(m.into) + "*" + std::to_string(m.weight) + " ";
      for (const int32_t z : h.zeroed) text += "0@" + std::to_string(z) + " ";
      text += std::to_string(l.rerotated) + std::to_string(int(h.kind)) + "," + std::to_string(h.ring) + "," + std::to_string(h.sink) + "," +
              std::to_string(h.recent) + ":";
      for (const int32_t p : h.positions) text += std::to_string(p) + " ";
      text += "\n";
    }
    for (const ExpertMetrics& e : l.experts) {
      text += e.policy + " " + std::to_string(e.tokens) + " " + std::to_string(e.displaced) + " " + std::to_string(e.dropped) + " " +
              std::to_string(e.weight) + "\n";
    }
  }
  return text;
}

/// The text of the Failure that f throws; "" when it throws none.
template <class F>
std::string failureOf(F&& f) {
  try {
    f();
  } catch (const Failure& e) {
    return e.code() == ErrorCode::BadInput ? e.what() : std::string("wrong code: ") + e.what();
  }
  return {};
}

inline std::string specFailure(const std::string& spec) {
  return failureOf([&] { (void)makePress(spec); });
}

}  // namespace presslab::test
