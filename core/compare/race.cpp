// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/race.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/api/error.h"
#include "core/compare/lane_metrics.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

void fail(RaceLane& lane, const Failure& e) {
  if (e.code() == ErrorCode::Cancelled) throw e;
  lane.exitCode = int(e.code());
  lane.run.metrics.failed = true;
  lane.run.metrics.error = e.what();
}

}  // namespace

/// What a lane needs while it runs.
struct Race::Runner {
  Runner(const Sampling& sampling, const LoadedModel& model)
      : sampler(sampling, model.backend->config().vocab), pieces(*model.tokenizer), logits(size_t(model.backend->config().vocab)) {}
  PressPtr press;
  std::unique_ptr<Sequence> sequence;
  Sampler sampler;
  PieceStream pieces;
  std::vector<float> logits;
  Clock::time_point begun = Clock::now();
};

Race::Race(LoadedModel& model, const PromptIds& prompt, const RunContext& run, const Sampling& sampling, int newTokens, std::stop_token stop)
    : m_model(model), m_prompt(prompt), m_run(run), m_sampling(sampling), m_newTokens(newTokens), m_stop(std::move(stop)), m_replay(model, prompt) {}

Race::~Race() = default;

void Race::testStop() const {
  if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "race cancelled");
}

void Race::prepare(RaceLane& lane, Runner& runner) const {
  try {
    runner.press = makePress(lane.spec);
    lane.run.metrics.method = lane.spec;
    describeMethod(lane.run.metrics, m_model, *runner.press, m_prompt, m_run);
    lane.run.metrics.compressMs = std::numeric_limits<double>::quiet_NaN();  // one prefill serves all: no lane has a time of its own
    lane.run.metrics.notes.push_back("race: one prefill for all lanes, a token of each in turn; times are not comparable");
  } catch (const Failure& e) {
    fail(lane, e);
  }
}

void Race::prefillAll(std::vector<RaceLane>& lanes, const std::vector<MethodHooks>& hooks) {
  std::vector<Press*> presses;
  std::vector<size_t> racing;
  for (size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].run.metrics.failed) continue;
    presses.push_back(m_runners[i]->press.get());
    racing.push_back(i);
    if (hooks[i].phaseStarted) hooks[i].phaseStarted(Phase::Prefill);
  }
  const auto progress = [&](double share) {
    for (const size_t i : racing)
      if (hooks[i].prefill.progress) hooks[i].prefill.progress(share);
  };
  std::vector<KeepPlan> plans = m_replay.prefill(presses, m_run, progress, m_stop);
  for (size_t k = 0; k < racing.size(); ++k) {
    RaceLane& lane = lanes[racing[k]];
    if (plans[k].error.empty())
      lane.run.layers = std::move(plans[k].layers);
    else
      fail(lane, Failure(ErrorCode::BadInput, plans[k].error));
  }
}

/// The lane's own copy of the cache, cut to its plan; its bytes are counted from the copy's storages.
void Race::cut(RaceLane& lane, Runner& runner, const MethodHooks& hooks) const {
  MethodMetrics& m = lane.run.metrics;
  runner.sequence = m_replay.cut(lane.run.layers);
  runner.logits = m_replay.lastLogits();
  m.kvBytes = m.kvBytesEnd = runner.sequence->bytes().held;
  const HeadShape shape = m_model.backend->shape();
  fillHeads(m, *runner.sequence, shape, lane.run.layers);
  int64_t bytes = 0;
  for (int l = 0; l < shape.layers; ++l) {
    for (int h = 0; h < shape.kvHeads; ++h) bytes += runner.sequence->headBytes(l, h);
    m.memory.push_back({l, -1, bytes, msSince(runner.begun) / 1000});
    if (hooks.prefill.compressed) hooks.prefill.compressed(l, bytes, lane.run.layers[size_t(l)]);
  }
  runner.sequence->reserve(int64_t(m_prompt.question.size()) + m_newTokens);
  for (size_t i = 0; i < m_prompt.question.size(); ++i) {
    testStop();
    runner.sequence->decode(m_prompt.question[i], i + 1 == m_prompt.question.size() ? runner.logits.data() : nullptr, {});
  }
  m.kvBytesReserved = runner.sequence->bytes().reserved;
}

/// One token of one lane; step 0 is chosen from the logits that the question left.
void Race::step(RaceLane& lane, Runner& runner, const MethodHooks& hooks, int step) const {
  MethodMetrics& m = lane.run.metrics;
  const Clock::time_point start = Clock::now();
  if (step > 0) runner.sequence->decode(m.ids.back(), runner.logits.data(), {});
  const int32_t id = runner.sampler.pick(runner.logits);
  const double ms = step > 0 ? msSince(start) : 0;
  if (step > 0) m.decodeMs.push_back(ms);
  if (m.eosAt < 0 && m_model.tokenizer->isEndOfGeneration(id)) m.eosAt = step;
  m.ids.push_back(id);
  m.pieces.push_back(runner.pieces.next(id));
  m.kvBytesEnd = runner.sequence->bytes().held;
  m.kvBytesByToken.push_back(m.kvBytesEnd);
  m.memory.push_back({-1, step, m.kvBytesEnd, msSince(runner.begun) / 1000});
  if (hooks.token) hooks.token(step, id, m.pieces.back(), ms, m.kvBytesEnd);
}

void Race::run(std::vector<RaceLane>& lanes, const std::vector<MethodHooks>& hooks) {
  m_runners.clear();
  for (RaceLane& lane : lanes) prepare(lane, *m_runners.emplace_back(std::make_unique<Runner>(m_sampling, m_model)));
  const auto racing = [&](auto&& f) {
    for (size_t i = 0; i < lanes.size(); ++i) {
      if (lanes[i].run.metrics.failed) continue;
      testStop();
      try {
        f(lanes[i], *m_runners[i], hooks[i]);
      } catch (const Failure& e) {
        fail(lanes[i], e);
      }
    }
  };
  try {
    prefillAll(lanes, hooks);
    racing([&](RaceLane& lane, Runner& runner, const MethodHooks& h) { cut(lane, runner, h); });
    racing([](RaceLane&, Runner&, const MethodHooks& h) {
      if (h.phaseStarted) h.phaseStarted(Phase::Decode);
    });
    for (int s = 0; s < m_newTokens; ++s) racing([&](RaceLane& lane, Runner& runner, const MethodHooks& h) { step(lane, runner, h, s); });
  } catch (const Failure& e) {
    for (RaceLane& lane : lanes) {
      lane.run.metrics.cancelled = !lane.run.metrics.failed && e.code() == ErrorCode::Cancelled;
      fillText(lane.run.metrics, *m_model.tokenizer);
    }
    throw;
  }
  racing([](RaceLane& lane, Runner&, const MethodHooks& h) {
    double total = 0;
    for (const double ms : lane.run.metrics.decodeMs) total += ms;
    if (h.phaseFinished) h.phaseFinished(Phase::Decode, total);
  });
  for (RaceLane& lane : lanes) fillText(lane.run.metrics, *m_model.tokenizer);
}

}  // namespace presslab
