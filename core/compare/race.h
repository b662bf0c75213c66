// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/compare/method_run.h"
#include "core/compare/replay.h"

namespace presslab {

/// One lane of a race: a method's own copy of the one cache.
struct RaceLane {
  std::string spec;
  MethodRun run;     // no times of prefill, no peak of its own, no speed: a race does not measure them
  int exitCode = 0;  // != 0: the press refused; run.metrics says why
};

/// Race mode (design section 7): the context is prefilled once with its full cache, every method's press is asked for its plan on the way, each
/// lane gets a copy of the cache cut to its plan, and then all lanes advance a token in turn. Tokens and bytes are those of the timed run; the
/// milliseconds of a step are measured, but lanes evict each other from the processor's caches and the full cache stands beside them, so they
/// are not comparable and no speed is made of them. Engine thread.
class Race {
 public:
  Race(LoadedModel& model, const PromptIds& prompt, const RunContext& run, const Sampling& sampling, int newTokens, std::stop_token stop);
  ~Race();
  /// Fills the lanes, in place; hooks: one set for each lane. Throws Failure(Cancelled); the lanes then hold what they had come to.
  void run(std::vector<RaceLane>& lanes, const std::vector<MethodHooks>& hooks);

 private:
  struct Runner;
  void prepare(RaceLane&, Runner&) const;
  void prefillAll(std::vector<RaceLane>&, const std::vector<MethodHooks>&);
  void cut(RaceLane&, Runner&, const MethodHooks&) const;
  void step(RaceLane&, Runner&, const MethodHooks&, int step) const;
  void testStop() const;

  LoadedModel& m_model;
  const PromptIds& m_prompt;
  RunContext m_run;
  Sampling m_sampling;
  int m_newTokens;
  std::stop_token m_stop;
  Replay m_replay;
  std::vector<std::unique_ptr<Runner>> m_runners;
};

}  // namespace presslab
