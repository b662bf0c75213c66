// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QtTest/QtTest>
#include <string>
#include <vector>

#include "core/api/error.h"
#include "core/press/press.h"
#include "core/routed/routed_test.h"

namespace presslab::test {

/// What a press kept of random layers, and what it said.
struct Outcome {
  int64_t predicted = 0, kept = 0;
  std::vector<std::string> notes;
  std::vector<LayerKeep> layers;
};

/// Runs a press over the layers of a shape; positions must ascend inside the context.
inline Outcome runPress(Press& press, const HeadShape& shape, int64_t tokens, const Pattern* pattern = nullptr, uint64_t seed = 7) {
  RunContext run;
  run.shape = shape;
  run.tokens = tokens;
  run.pattern = pattern;
  run.calibration = pattern ? "file" : "none";
  run.seed = 11;
  Outcome o;
  o.predicted = press.predictKept(run);
  o.notes = press.begin(run);
  const TraceNeeds needs = press.needs();
  for (int l = 0; l < shape.layers; ++l) {
    FakeLayer layer(shape, tokens, l, seed);
    LayerTrace& t = layer.trace;  // a press may read what it asked for, nothing else
    if (!needs.keys) t.k = nullptr;
    if (!needs.values) t.v = nullptr;
    if (!needs.queries) t.q = nullptr;
    if (!needs.input) t.x = nullptr;
    if (!needs.residual) t.residual = nullptr;
    o.layers.push_back(press.keep(t));
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

/// All that an outcome shows: positions, rings, expert loads.
inline std::string fingerprint(const Outcome& o) {
  std::string text;
  for (const LayerKeep& l : o.layers) {
    for (const HeadKeep& h : l.heads) {
      text += std::to_string(int(h.kind)) + "," + std::to_string(h.ring) + "," + std::to_string(h.sink) + "," + std::to_string(h.recent) + ":";
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
