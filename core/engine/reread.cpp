// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/reread.h"

#include <algorithm>
#include <string>

#include "core/api/error.h"
#include "core/engine/session.h"

namespace presslab {
namespace {

void testStop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "reading the context again cancelled");
}

/// The first token of every head: a layer that has been looked at takes next to nothing.
LayerKeep oneToken(int kvHeads) {
  LayerKeep keep;
  keep.heads.resize(size_t(kvHeads));
  for (HeadKeep& head : keep.heads) head.positions = {0};
  return keep;
}

}  // namespace

WholePlan planFromWhole(Backend& backend, Sequence& whole, std::span<const int32_t> context, Press& press, const std::stop_token& stop) {
  WholePlan plan;
  const TraceNeeds needs = press.rereadNeeds();
  Reread again;
  again.ids = context;
  again.read = [&](std::span<const int32_t> ids, const ReadTap& tap) {
    testStop(stop);
    const int64_t end = int64_t(context.size() + ids.size()), positions = backend.config().contextLength;
    if (end > positions)
      badInput(press.spec() + ": repeating the context takes " + std::to_string(end) + " positions, the model has " + std::to_string(positions));
    const std::optional<ReadCost> behind = whole.readBehind(ids, needs, tap, stop);
    const ReadCost cost = behind ? *behind : readAnew(backend, context, ids, needs, tap, stop);
    plan.cost.kvBytes = std::max(plan.cost.kvBytes, cost.kvBytes);
    plan.cost.scratchBytes = std::max(plan.cost.scratchBytes, cost.scratchBytes);
  };
  plan.layers = press.plan(again);
  if (plan.layers.empty()) throw Failure(ErrorCode::Failed, press.spec() + ": no plan");
  return plan;
}

ReadCost readAnew(Backend& backend, std::span<const int32_t> context, std::span<const int32_t> ids, TraceNeeds needs, const ReadTap& tap,
                  const std::stop_token& stop) {
  const HeadShape shape = backend.shape();
  std::vector<int32_t> all(context.begin(), context.end());
  all.insert(all.end(), ids.begin(), ids.end());
  const int64_t tokens = int64_t(all.size()), first = int64_t(context.size());
  const std::unique_ptr<Sequence> sequence = backend.newSequence();
  sequence->beginPrefill(all, needs);
  for (int l = 0; l < shape.layers; ++l) {
    for (int64_t at = 0; at < tokens; at += kPrefillChunk) {
      testStop(stop);
      sequence->prefillChunk(l, at, std::min(kPrefillChunk, tokens - at));
    }
    ReadLayer read{sequence->trace(l), first};
    if (read.t.q) read.t.q += first * shape.queryHeads() * shape.headDim;
    if (read.t.x) read.t.x += first * shape.hidden;
    if (read.t.residual) read.t.residual += first * shape.hidden;
    tap(read);
    sequence->keep(l, oneToken(shape.kvHeads));
  }
  sequence->endPrefill(nullptr);
  const CacheBytes bytes = sequence->bytes();
  return {bytes.peak, bytes.scratch};
}

}  // namespace presslab
