// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/head_error.h"

#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/calibrate/targets.h"

namespace presslab {
namespace {

constexpr size_t kQueries = 32;  // tokens behind the context that are looked from, at most: the cost is linear in them

/// All context positions, the kept ones first.
std::vector<int32_t> keptFirst(const HeadKeep& keep, int64_t context) {
  std::vector<uint8_t> held(size_t(context), 0);
  for (const int32_t p : keep.positions) held[size_t(p)] = 1;
  std::vector<int32_t> order = keep.positions;
  for (int64_t p = 0; p < context; ++p)
    if (!held[size_t(p)]) order.push_back(int32_t(p));
  return order;
}

}  // namespace

std::vector<std::vector<double>> headErrors(LoadedModel& model, std::span<const int32_t> context, std::span<const int32_t> all,
                                            std::span<const std::span<const LayerKeep>> plans, std::stop_token stop) {
  const std::span<const int32_t> following = all.first(std::min(all.size(), kQueries));
  Backend& backend = *model.backend;
  const HeadShape shape = backend.shape();
  std::vector<int32_t> ids(context.begin(), context.end());
  ids.insert(ids.end(), following.begin(), following.end());
  const int64_t tokens = int64_t(ids.size());
  std::vector<std::vector<double>> errors(plans.size(), std::vector<double>(size_t(shape.heads()), -1));
  if (following.empty()) return errors;
  const std::unique_ptr<Sequence> sequence = backend.newSequence();
  TraceNeeds needs;
  needs.keys = needs.values = needs.queries = needs.residual = true;
  sequence->beginPrefill(ids, needs);
  for (int l = 0; l < shape.layers; ++l) {
    for (int64_t at = 0; at < tokens; at += kPrefillChunk) {
      if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "evaluation cancelled");
      sequence->prefillChunk(l, at, std::min(kPrefillChunk, tokens - at));
    }
    const LayerTrace trace = sequence->trace(l);
    const LayerProbe probe(trace, shape, int64_t(context.size()), 0);
    const std::vector<float> projection = backend.outputProjection(l);
    for (int h = 0; h < shape.kvHeads; ++h) {
      const std::vector<float> gram = headGram(projection, shape, h);
      for (size_t i = 0; i < plans.size(); ++i) {
        if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "evaluation cancelled");
        if (plans[i].empty()) continue;
        const HeadKeep& keep = plans[i][size_t(l)].heads[size_t(h)];
        const int64_t size = int64_t(keep.positions.size());
        const std::vector<double> curve = probe.errorCurve(h, keptFirst(keep, int64_t(context.size())), {&size, 1}, gram);
        errors[i][size_t(l * shape.kvHeads + h)] = std::sqrt(curve[0]);
      }
    }
  }
  sequence->endPrefill(nullptr);
  return errors;
}

}  // namespace presslab
