// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/advice.h"
#include "core/api/ask.h"
#include "core/api/metrics.h"
#include "core/api/model_info.h"
#include "core/api/run_event.h"
#include "core/api/run_spec.h"
#include "core/api/what_if.h"

namespace presslab {

struct LoadedModel;
struct RunMemory;

struct RunOutcome {
  enum class Status { Done, Cancelled, Failed } status = Status::Done;
  int exitCode = 0;  // design section 6
  std::string error;
  std::shared_ptr<const Comparison> comparison;  // partial when cancelled or failed, may be null
};

/// What a method would hold before anything runs: the ghost bytes and bounds of the window. Pure arithmetic.
struct Prediction {
  std::string method, error;  // error: why the spec is refused at this length, empty when it runs
  int64_t kvBytes = 0, kvBytesFull = 0, kvBytesPeak = 0, weightBytes = 0;
  double boundSpeedup = 1;  // (W + KV) / (W + kept KV)
};

/// The whole engine behind plain values: one object, one thread at a time. Keeps the loaded model between calls.
class Lab {
 public:
  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  /// Loads and validates; a failure leaves the model loaded before in place. Throws Failure.
  ModelInfo load(const ModelSpec&, const EventSink&, std::stop_token);
  std::optional<ModelInfo> loaded() const;

  /// Runs a whole comparison. Never throws; partial results are kept in the outcome.
  RunOutcome compare(const CompareSpec&, const EventSink&, std::stop_token) noexcept;

  /// Replays a change on the prompt of `spec` (its methods are prepared together), from a prefilled cache that is kept until the next
  /// compare(), another prompt or another model. Loads the model when it is not there. Never throws; the answer says what went wrong.
  WhatIfAnswer whatIf(const CompareSpec& spec, const WhatIfRequest&, const WhatIfProgress&, std::stop_token) noexcept;
  /// Prefills a context and compresses it by each method; it is kept for ask() until the next compare(), lend(), compressContext() or another model.
  /// Never throws; the outcome says what went wrong.
  AskOutcome compressContext(const AskSpec&, const AskSink&, std::stop_token) noexcept;
  /// Each method's answer to a question on that context. turn: the next one of a conversation that goes on; else each question begins where the
  /// context ended. Never throws; without a compressed context the outcome carries BadInput.
  AskOutcome ask(const std::string& question, bool turn, const AskSink&, std::stop_token) noexcept;
  /// What could be changed about a method of a run, and what that would do. Reads the headers of the models it finds. Never throws.
  AdviceList advise(const AdviceRequest&) const noexcept;
  /// Loads the model when it is not there and lends it, with what is known of its calibration, for as long as `work` runs: for core alone, which
  /// has further jobs than these (evaluate in core/api/eval.h). Throws Failure and what `work` throws.
  void lend(const ModelSpec&, const EventSink&, std::stop_token, const std::function<void(LoadedModel&, RunMemory&)>& work);
  /// Lets the kept cache go.
  void forgetReplay();

  /// Text of each token on the loaded model, by place; a character that spans tokens stands whole with its last one. Throws Failure.
  std::vector<std::string> pieces(const std::vector<int32_t>& ids) const;

  /// Predicted bytes and bound of `method` at `tokens` context tokens on the loaded model.
  Prediction predict(const std::string& method, int64_t tokens, KvType kv) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> d;
};

/// Header facts of a model without loading it. `nameOrPath` as -m takes it; empty: the default model. Throws Failure.
ModelInfo inspectModel(const std::string& nameOrPath);
/// All models found in the search path.
std::vector<ModelInfo> findModels();
/// Device names that exist here, "cpu" first.
std::vector<std::string> devices();

struct Version {
  std::string version, commit;
};
Version programVersion();

}  // namespace presslab
