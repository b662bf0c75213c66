// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/press/press.h"
#include "core/press/random.h"
#include "core/routed/policies.h"
#include "core/routed/routed_press.h"

namespace presslab::test {

/// Random data of one layer with rotary tables, in the layout of a trace.
struct FakeLayer {
  HeadShape shape;
  std::vector<float> k, v, q, x, residual, cosines, sines;
  LayerTrace trace;

  FakeLayer(const HeadShape& s, int64_t tokens, int layer, uint64_t seed) : shape(s) {
    SeededRandom random(seed * 1000 + uint64_t(layer));
    const auto fill = [&](std::vector<float>& out, int64_t n) {
      out.resize(size_t(n));
      for (float& f : out) f = float(random.normal());
    };
    fill(k, s.kvHeads * tokens * s.headDim);
    fill(v, s.kvHeads * tokens * s.headDim);
    fill(q, tokens * s.queryHeads() * s.headDim);
    fill(x, tokens * s.hidden);
    fill(residual, tokens * s.hidden);
    const int half = s.headDim / 2;
    const int64_t positions = tokens + 512;
    for (int64_t p = 0; p < positions; ++p) {
      for (int d = 0; d < half; ++d) {
        const double angle = double(p) * std::pow(10000., -double(d) / half);
        cosines.push_back(float(std::cos(angle)));
        sines.push_back(float(std::sin(angle)));
      }
    }
    trace.layer = layer;
    trace.tokens = tokens;
    trace.k = k.data();
    trace.v = v.data();
    trace.q = q.data();
    trace.x = x.data();
    trace.residual = residual.data();
    trace.ropeCos = cosines.data();
    trace.ropeSin = sines.data();
    trace.ropeDim = s.headDim;
    trace.ropePositions = positions;
  }
};

/// A pattern of random curves and gates for the first E policies of each count.
inline Pattern fakePattern(const HeadShape& shape, const std::vector<int>& counts, uint64_t seed) {
  SeededRandom random(seed);
  Pattern p;
  p.shape = shape;
  p.source = "file";
  const auto fill = [&](std::vector<float>& out, size_t n, bool positive) {
    out.resize(n);
    for (float& f : out) f = positive ? float(random.uniform()) : float(random.normal() * .1);
  };
  fill(p.streamErr, size_t(4 * shape.heads()), true);
  for (const int e : counts) {
    ExpertSet s;
    s.experts = expertNames(e, false);
    fill(s.curve, size_t(shape.heads()) * 12, true);
    fill(s.gateW, size_t(shape.layers) * size_t(shape.hidden) * size_t(e), false);
    fill(s.gateC, size_t(shape.layers) * size_t(e), false);
    fill(s.gateBias, size_t(shape.layers) * size_t(e), false);
    p.sets.push_back(std::move(s));
  }
  return p;
}

/// Makes a press of the family from its row: defaults from the table, the given arguments over them.
inline PressPtr makeFamily(const std::string& id, const std::map<std::string, std::string>& given) {
  const PressRow& row = id == "duo" ? kDuoRow : id == "eplb" ? kEplbRow : kEplbDuoRow;
  PressArgs args;
  for (const ParamSpec& p : row.info.params) {
    const auto it = given.find(std::string(p.key));
    args.set(std::string(p.key), it == given.end() ? std::string(p.def) : it->second, it != given.end());
  }
  return row.make(args, {});
}

}  // namespace presslab::test
