// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/run_spec.h"
#include "core/engine/session.h"
#include "core/press/press.h"

namespace presslab {

/// Token ids of a prompt, context and question apart (design section 3).
struct PromptIds {
  std::vector<int32_t> context, question;  // queryAware: the question stands in the context and `question` is empty
  std::string questionText, contextHead;   // for the run's record
  std::vector<std::string> notices;
  double tokenizeMs = 0;
  int64_t questionInContext = 0;      // queryAware: last tokens of the context that are the question
  RereadText reread;                  // for presses that read the context again
  std::vector<int32_t> continuation;  // the text's own next tokens, when they were asked for
};

/// Text, file content, given ids or a synthetic document to ids; chat template unless raw. defaultQuestion null: none is asked when the spec
/// has none. Throws Failure(BadInput) when context + question + newTokens do not fit the model's positions, naming both numbers. Given ids get
/// no default question. continuation: the last newTokens tokens of the text are taken off as PromptIds::continuation, nothing is asked.
PromptIds buildPromptIds(const LoadedModel&, const PromptSpec&, const char* defaultQuestion, int newTokens, bool continuation = false);

/// What a model is asked with to repeat its context (KVzip's requests). raw: the context has no template around it.
RereadText rereadText(const LoadedModel&, bool raw);

/// One method, alone: prefill, compress, question tokens one by one, then decode.
struct MethodJob {
  const PromptIds* prompt = nullptr;
  int newTokens = 64;
  Sampling sampling;
  bool stopAtEos = false;       // generate: stops at the end of generation; timed comparisons never do
  RunContext run;               // calibration in use; shape and tokens are filled in
  bool keepCompressed = false;  // leaves a copy of the cache as it was right after compression in MethodRun::compressed
};

struct MethodHooks {  // any may be empty; called on the calling thread
  PrefillHooks prefill;
  std::function<void(Phase)> phaseStarted;
  std::function<void(Phase, double ms)> phaseFinished;
  std::function<void(int step, int32_t id, const std::string& piece, double ms, int64_t kvBytes)> token;
};

struct MethodRun {
  MethodMetrics metrics;                 // memory, times, ids, heads, experts; no quality
  std::unique_ptr<Sequence> compressed;  // right after compression, when asked for
  std::vector<LayerKeep> layers;         // what each layer keeps, rings included: enough to make the same cache again
};

/// Runs `press` alone on a new sequence, which is freed before it returns. newTokens 0: prefill and compression only. Times are of the calls
/// alone; hooks, memory readings and heap trimming stand outside them. Engine thread; the stop token is tested between chunks and tokens.
/// Throws Failure; Failure(Cancelled) leaves what was measured in `run` (metrics.cancelled).
void runMethod(LoadedModel&, Press&, const MethodJob&, const MethodHooks&, std::stop_token, MethodRun& run);

}  // namespace presslab
