// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/method_run.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/api/error.h"
#include "core/compare/lane_metrics.h"
#include "core/compare/memory_probe.h"
#include "core/compare/statistics.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

class MethodRunner {
 public:
  MethodRunner(LoadedModel& model, Press& press, const MethodJob& job, const MethodHooks& hooks, std::stop_token stop, MethodRun& run)
      : m_model(model),
        m_backend(*model.backend),
        m_press(press),
        m_job(job),
        m_hooks(hooks),
        m_stop(std::move(stop)),
        m_run(run),
        m_metrics(run.metrics),
        m_context(int64_t(job.prompt->context.size())) {}
  void run();

 private:
  void prefillAndCompress(MemoryProbe&);
  void firstToken();
  void decodeRest(MemoryProbe&);
  bool emit(int32_t id, double ms);
  void testStop() const {
    if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "run cancelled");
  }
  void started(Phase phase) const {
    if (m_hooks.phaseStarted) m_hooks.phaseStarted(phase);
  }
  void finished(Phase phase, double ms) const {
    if (m_hooks.phaseFinished) m_hooks.phaseFinished(phase, ms);
  }

  LoadedModel& m_model;
  Backend& m_backend;
  Press& m_press;
  const MethodJob& m_job;
  const MethodHooks& m_hooks;
  std::stop_token m_stop;
  MethodRun& m_run;
  MethodMetrics& m_metrics;
  int64_t m_context;
  Clock::time_point m_begun;
  std::unique_ptr<Sequence> m_sequence;
  std::vector<float> m_logits;
};

void MethodRunner::prefillAndCompress(MemoryProbe& probe) {
  started(Phase::Prefill);
  PrefillHooks hooks = m_hooks.prefill;
  hooks.appended = [&](int layer, int64_t bytes) {
    probe.sample();
    if (m_hooks.prefill.appended) m_hooks.prefill.appended(layer, bytes);
  };
  PrefillResult result = prefill(m_backend, *m_sequence, m_job.prompt->context, &m_press, m_job.run, hooks, m_stop);
  const CacheBytes bytes = m_sequence->bytes();
  m_metrics.kvBytes = bytes.held;
  m_metrics.kvBytesPeak = result.kvBytesPeak;
  m_metrics.scratchBytes = result.scratchBytes;
  m_metrics.prefillMs = result.prefillMs;
  m_metrics.compressMs = result.compressMs;
  if (result.prefillMs > 0) m_metrics.prefillTokS = double(m_context) * 1000 / result.prefillMs;
  m_metrics.memory = std::move(result.memory);
  m_metrics.notes.insert(m_metrics.notes.end(), result.notes.begin(), result.notes.end());
  m_logits = std::move(result.lastLogits);
  m_run.layers = std::move(result.layers);
  trimHeap();
  m_metrics.rssAfterPrefill = residentBytes();
  finished(Phase::Prefill, m_metrics.prefillMs);
  // Compression is part of the layers' loop; its share is told apart once it is known.
  started(Phase::Compress);
  finished(Phase::Compress, m_metrics.compressMs);
}

/// Keeps one new token; false when the text has ended and that stops the run.
bool MethodRunner::emit(int32_t id, double ms) {
  const int step = int(m_metrics.ids.size());
  const bool end = m_model.tokenizer->isEndOfGeneration(id);
  m_metrics.ids.push_back(id);
  if (end && m_metrics.eosAt < 0) m_metrics.eosAt = step;
  const int64_t held = m_sequence->bytes().held;
  m_metrics.kvBytesEnd = held;
  m_metrics.kvBytesByToken.push_back(held);
  m_metrics.memory.push_back({-1, step, held, msSince(m_begun) / 1000});
  if (m_hooks.token) m_hooks.token(step, id, m_metrics.pieces.back(), ms, held);
  return !(end && m_job.stopAtEos);
}

void MethodRunner::firstToken() {
  const std::vector<int32_t>& question = m_job.prompt->question;
  const Clock::time_point start = Clock::now();
  m_sequence->reserve(int64_t(question.size()) + m_job.newTokens);
  for (size_t i = 0; i < question.size(); ++i) {
    testStop();
    m_sequence->decode(question[i], i + 1 == question.size() ? m_logits.data() : nullptr, {});
  }
  m_metrics.firstTokenMs = msSince(start);
  m_metrics.kvBytesReserved = m_sequence->bytes().reserved;
}

void MethodRunner::decodeRest(MemoryProbe& probe) {
  Sampler sampler(m_job.sampling, m_backend.config().vocab);
  PieceStream pieces(*m_model.tokenizer);
  m_metrics.ids.reserve(size_t(m_job.newTokens));
  const auto keep = [&](int32_t id, double ms) {
    m_metrics.pieces.push_back(pieces.next(id));
    return emit(id, ms);
  };
  Clock::time_point start = Clock::now();
  int32_t id = sampler.pick(m_logits);
  m_metrics.firstTokenMs += msSince(start);
  m_metrics.ttftMs = m_metrics.tokenizeMs + m_metrics.prefillMs + m_metrics.compressMs + m_metrics.firstTokenMs;
  bool more = keep(id, 0);  // the first token's time is firstTokenMs
  double total = 0;
  for (int i = 1; i < m_job.newTokens && more; ++i) {
    testStop();
    start = Clock::now();
    m_sequence->decode(id, m_logits.data(), {});
    id = sampler.pick(m_logits);
    m_metrics.decodeMs.push_back(msSince(start));
    total += m_metrics.decodeMs.back();
    more = keep(id, m_metrics.decodeMs.back());
  }
  probe.sample();
  m_metrics.device = m_backend.deviceMemory();
  finished(Phase::Decode, total);
}

/// What follows from the samples; also of a run that was cut short.
void summarize(MethodMetrics& m, const Tokenizer& tokenizer) {
  fillText(m, tokenizer);
  const double total = std::accumulate(m.decodeMs.begin(), m.decodeMs.end(), 0.0);
  if (total > 0) m.decodeTokS = double(m.decodeMs.size()) * 1000 / total;
  m.decodeP50Ms = quantile(m.decodeMs, .5);
  m.decodeP95Ms = quantile(m.decodeMs, .95);
  m.timeS = (m.tokenizeMs + m.prefillMs + m.compressMs + m.firstTokenMs + total) / 1000;
}

void MethodRunner::run() {
  describeMethod(m_metrics, m_model, m_press, *m_job.prompt, m_job.run);
  MemoryProbe probe(m_backend);
  m_metrics.rssBefore = probe.before();
  m_begun = Clock::now();
  m_sequence = m_backend.newSequence();
  prefillAndCompress(probe);
  fillHeads(m_metrics, *m_sequence, m_backend.shape(), m_run.layers);
  m_metrics.kvBytesEnd = m_metrics.kvBytes;
  m_metrics.memPeakBytes = probe.peakAbove();  // for a run that is cut short
  if (m_job.keepCompressed && m_job.newTokens > 0) m_run.compressed = m_sequence->clone();
  if (m_job.newTokens > 0) {
    started(Phase::Decode);
    firstToken();
    decodeRest(probe);
  }
  m_metrics.memPeakBytes = probe.peakAbove();
  m_metrics.rssEnd = residentBytes();
  if (m_job.keepCompressed && m_job.newTokens == 0) m_run.compressed = std::move(m_sequence);  // nothing was written behind it: no copy is needed
}

}  // namespace

void runMethod(LoadedModel& model, Press& press, const MethodJob& job, const MethodHooks& hooks, std::stop_token stop, MethodRun& run) {
  run = {};
  try {
    MethodRunner(model, press, job, hooks, std::move(stop), run).run();
  } catch (const Failure& e) {
    (e.code() == ErrorCode::Cancelled ? run.metrics.cancelled : run.metrics.failed) = true;
    run.metrics.error = e.what();
    summarize(run.metrics, *model.tokenizer);
    throw;
  }
  summarize(run.metrics, *model.tokenizer);
}

}  // namespace presslab
