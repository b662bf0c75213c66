// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// A KV head by its place in the model.
struct HeadPlace {
  int layer = 0, head = 0;
  friend bool operator==(const HeadPlace&, const HeadPlace&) = default;
};

/// A change to try on the prompt of a comparison: another spec, heads turned around, or both.
struct WhatIfRequest {
  std::string base{};              // press spec of the state before
  std::string method{};            // ... and after; empty: the base's
  std::vector<HeadPlace> flips{};  // after: heads that stream keep everything, all others stream
  bool wholeHeads = false;         // after: a streaming head whose window is longer than the others' (duo's last) gets theirs, as in a pattern file
  bool quality = true;             // false: bytes and kept tokens alone
  std::string modelPath{};         // not empty: refused when another model is loaded
  std::vector<int32_t> contextIds{};  // not empty: refused when the prompt has other context ids
};

/// What a method holds of the prompt and how far it then is from the full cache.
struct WhatIfSide {
  std::string method;   // canonical spec, without the flips
  int64_t kvBytes = 0;  // counted from the storages of a cut cache
  int64_t kvBytesFull = 0;
  int64_t keptTokens = 0;          // head-tokens
  QualityMetrics quality;          // teacher-forced; attentionKept < 0 until that pass is over
  std::vector<HeadMetrics> heads;  // layer by layer
  std::vector<ExpertMetrics> experts;
  std::vector<BalanceMetrics> balance;
};

struct WhatIfAnswer {
  bool cancelled = false;
  std::string error;      // one line, empty when it went well
  bool complete = false;  // false: bytes and kept tokens are there, quality is still being replayed
  WhatIfSide before, after;
  int64_t sink = 0, recent = 0;  // window of heads that are made to stream
  std::vector<float> scores;     // (layers, kvHeads) by which heads are ordered, low streams first; empty: the order has none
  std::string scoreSource;       // "calibration", "pattern file", or ""
  std::string freshSpec;         // spec that gives the state after in a run of its own, with %FILE% for the saved pattern; empty: none does
  int64_t contextTokens = 0;
  int positions = 0;  // answer positions that quality was measured on
  double ms = 0;      // engine time
};
/// Called on the engine thread: share done 0..1, and the answer as far as it is known (null while nothing is).
using WhatIfProgress = std::function<void(double, const std::shared_ptr<const WhatIfAnswer>&)>;

/// Scores of heads as DuoAttention's full_attention_heads.tsv has them: a row a layer, a column a KV head, 0 (streams) to 1 (retrieves).
struct HeadPattern {
  int layers = 0, kvHeads = 0;
  std::vector<float> values;  // (layers, kvHeads)
};
/// Throws Failure(BadInput) with file, line, column and reason; values are clipped to 0..1.
HeadPattern readHeadPattern(const std::string& path, int layers, int kvHeads);
/// Written beside and renamed. Throws Failure(Io).
void writeHeadPattern(const HeadPattern&, const std::string& path);
/// A pattern in which exactly the given heads lie below .5, so that they stream first. On both sides of .5 the order of `scores` (may be empty)
/// is kept; equal scores: the lower head first. All values differ.
HeadPattern makeHeadPattern(int layers, int kvHeads, const std::vector<uint8_t>& streams, const std::vector<float>& scores);

}  // namespace presslab
