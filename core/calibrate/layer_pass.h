// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/api/error.h"
#include "core/engine/session.h"

namespace presslab {

using CalibrationProgress = std::function<void(double, const std::string&)>;

/// One prefill of ids on a sequence of its own, everything kept. perLayer gets the trace of every layer that presses see, numbered without gaps,
/// where anything is needed; told gets the share of layers done. Throws Failure(Cancelled) between chunks. Returns the sequence behind its prefill.
template <class F>
std::unique_ptr<Sequence> layerPass(LoadedModel& model, std::span<const int32_t> ids, TraceNeeds needs, const std::function<void(double)>& told,
                                    const std::stop_token& stop, F&& perLayer) {
  const auto testStop = [&] {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "calibration cancelled");
  };
  const auto tokens = int64_t(ids.size());
  const HeadShape all = model.backend->shape();
  std::unique_ptr<Sequence> sequence = model.backend->newSequence();
  sequence->beginPrefill(ids, needs);
  int index = 0;
  for (int l = 0; l < all.layers; ++l) {
    for (int64_t at = 0; at < tokens; at += kPrefillChunk) {
      testStop();
      sequence->prefillChunk(l, at, std::min(kPrefillChunk, tokens - at));
    }
    testStop();
    if (needs.any() && !all.isBounded(l)) {
      LayerTrace trace = sequence->trace(l);
      trace.layer = index++;
      perLayer(trace);
    }
    if (told) told(double(l + 1) / all.layers);
  }
  sequence->endPrefill(nullptr);
  return sequence;
}

/// Runs fn(0..n-1) on a few threads; every index writes only its own results, so the outcome does not depend on the threads.
template <class F>
void parallelFor(int n, int threads, F&& fn) {
  std::vector<std::thread> workers;
  const int count = std::max(1, std::min(threads, n));
  for (int w = 1; w < count; ++w) {
    workers.emplace_back([&, w] {
      for (int i = w; i < n; i += count) fn(i);
    });
  }
  for (int i = 0; i < n; i += count) fn(i);
  for (std::thread& t : workers) t.join();
}

}  // namespace presslab
