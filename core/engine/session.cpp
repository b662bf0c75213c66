// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/api/error.h"
#include "core/engine/reread.h"
#include "core/press/pressed_layers.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kLogitRows = 32;  // rows of logits that stand at a time in forward()

double msSince(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

void testStop(const std::stop_token& stop, const char* where) {
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, std::string(where) + " cancelled");
}

LayerKeep everything(int kvHeads, int64_t tokens) {
  LayerKeep keep;
  keep.heads.resize(size_t(kvHeads));
  for (HeadKeep& head : keep.heads) {
    head.positions.resize(size_t(tokens));
    std::iota(head.positions.begin(), head.positions.end(), 0);
  }
  return keep;
}

/// log(sum(exp(row))), in double over float32 exponentials of the distance to the maximum.
double logSumExp(const float* row, int64_t n) {
  const float top = *std::max_element(row, row + n);
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += std::exp(row[i] - top);
  return double(top) + std::log(sum);
}

}  // namespace

PrefillResult prefill(Backend& backend, Sequence& sequence, std::span<const int32_t> ids, Press* press, const RunContext&, const PrefillHooks& hooks,
                      std::stop_token stop) {
  if (press && press->spec() == "none") press = nullptr;
  const int64_t tokens = int64_t(ids.size());
  const HeadShape shape = backend.shape();
  const int layers = backend.config().layers, kvHeads = backend.config().kvHeads;
  PrefillResult result;
  result.layers.reserve(size_t(layers));
  result.memory.reserve(size_t(layers) * 2);
  const Clock::time_point begun = Clock::now();
  const auto sample = [&](int layer) {
    const int64_t held = sequence.bytes().held;
    result.memory.push_back({layer, -1, held, msSince(begun) / 1000});
    return held;
  };
  testStop(stop, "prefill");
  const bool again = press && press->rereads();
  Clock::time_point start = Clock::now();
  TraceNeeds needs = press ? press->needs() : TraceNeeds{};
  if (press) needs.device = press->deviceNeeds();
  sequence.beginPrefill(ids, needs);
  result.prefillMs += msSince(start);
  for (int l = 0; l < layers; ++l) {
    for (int64_t at = 0; at < tokens; at += kPrefillChunk) {
      testStop(stop, "prefill");
      start = Clock::now();
      sequence.prefillChunk(l, at, std::min(kPrefillChunk, tokens - at));
      result.prefillMs += msSince(start);
      const double inLayer = double(std::min(at + kPrefillChunk, tokens)) / double(tokens);
      if (hooks.progress) hooks.progress((l + inLayer) / layers);
    }
    const int64_t whole = sample(l);
    if (hooks.appended) hooks.appended(l, whole);
    testStop(stop, "prefill");
    if (again) continue;
    if (press) {
      start = Clock::now();
      result.layers.push_back(press->keep(sequence.trace(l)));
      sequence.keep(l, result.layers.back());
      result.compressMs += msSince(start);
    } else {
      result.layers.push_back(shape.isBounded(l) ? slidingRings(kvHeads, shape.boundedWindow, tokens) : everything(kvHeads, tokens));
    }
    const int64_t held = press ? sample(l) : whole;
    if (hooks.compressed) hooks.compressed(l, held, result.layers.back());
  }
  testStop(stop, "prefill");
  result.lastLogits.resize(size_t(backend.config().vocab));
  start = Clock::now();
  sequence.endPrefill(result.lastLogits.data());
  result.prefillMs += msSince(start);
  if (again) {
    start = Clock::now();
    WholePlan plan = planFromWhole(backend, sequence, ids, *press, stop);
    result.kvBytesPeak = sequence.bytes().held + plan.cost.kvBytes;
    result.scratchBytes = plan.cost.scratchBytes;
    result.layers = std::move(plan.layers);
    for (int l = layers; l-- > 0;) sequence.keep(l, result.layers[size_t(l)]);  // from the end: little lies behind that must move
    result.compressMs += msSince(start);
    const int64_t held = sample(layers - 1);
    for (int l = 0; hooks.compressed && l < layers; ++l) hooks.compressed(l, held, result.layers[size_t(l)]);
  }
  const CacheBytes bytes = sequence.bytes();
  result.kvBytesPeak = std::max(result.kvBytesPeak, bytes.peak);
  result.scratchBytes = std::max(result.scratchBytes, bytes.scratch);
  return result;
}

ForwardResult forward(Backend& backend, std::span<const int32_t> ids, std::stop_token stop) {
  const int64_t tokens = int64_t(ids.size()), vocab = backend.config().vocab;
  const std::unique_ptr<Sequence> sequence = backend.newSequence();
  sequence->beginPrefill(ids, {});
  for (int l = 0; l < backend.config().layers; ++l)
    for (int64_t at = 0; at < tokens; at += kPrefillChunk) {
      testStop(stop, "forward pass");
      sequence->prefillChunk(l, at, std::min(kPrefillChunk, tokens - at));
    }
  ForwardResult result;
  result.tokens = tokens;
  std::vector<float> rows(size_t(std::min(kLogitRows, tokens) * vocab));
  double nll = 0;
  for (int64_t at = 0; at < tokens; at += kLogitRows) {
    testStop(stop, "forward pass");
    const int64_t n = std::min(kLogitRows, tokens - at);
    sequence->chunkLogits(at, n, rows.data());
    for (int64_t i = 0; i < n; ++i) {
      const float* row = rows.data() + i * vocab;
      if (at + i + 1 < tokens)
        nll += logSumExp(row, vocab) - row[ids[size_t(at + i + 1)]];
      else
        result.lastLogits.assign(row, row + vocab);
    }
  }
  if (tokens > 1) result.nllMean = nll / double(tokens - 1);
  sequence->endPrefill(nullptr);
  return result;
}

}  // namespace presslab
