// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/compare.h"

#include <algorithm>
#include <new>

#include "core/compare/claims.h"
#include "core/compare/comparison_run.h"
#include "core/compare/improvements.h"
#include "core/compare/match.h"
#include "core/compare/race.h"
#include "core/compare/repeated_method.h"
#include "core/compare/run_events.h"
#include "core/compare/stamp.h"
#include "core/compare/statistics.h"
#include "core/compare/untimed_passes.h"
#include "core/compare/verdict.h"

namespace presslab {
namespace {

constexpr int64_t kWarmContext = 256;
constexpr int kWarmTokens = 4;

const char* matchName(Match m) { return m == Match::Ratio ? "ratio" : m == Match::Bytes ? "bytes" : "quality"; }

/// Canonical specs; `none` stands first when it is absent. Throws Failure(BadInput) for a spec that does not parse.
std::vector<std::string> canonicalMethods(const std::vector<std::string>& given) {
  std::vector<std::string> specs;
  for (const std::string& spec : given) specs.push_back(canonicalPressSpec(spec));
  if (std::find(specs.begin(), specs.end(), "none") == specs.end()) specs.insert(specs.begin(), "none");
  return specs;
}

/// What the row says of its calibration: that of the run where the press reads it, what the spec names, else nothing.
std::string calibrationOf(const Press& press, const std::string& kind) {
  if (press.wantsCalibration()) return kind;
  const std::string spec = press.spec();
  if (spec.find("calibration=none") != std::string::npos) return "none";
  return spec.find("calibration=") != std::string::npos ? "file" : std::string();
}

class ComparisonRun {
 public:
  ComparisonRun(LoadedModel& model, const CompareSpec& spec, RunMemory& memory, const EventSink& sink, std::stop_token stop)
      : m_model(model), m_spec(spec), m_memory(memory), m_sink(sink), m_stop(std::move(stop)) {}
  Comparison run();

 private:
  void prepare();
  void measure();
  void calibrate(const std::vector<std::string>& specs);
  void match();
  void warmUp();
  void runOnce(size_t method, int repeat);
  void timed();
  void race();
  void take(size_t method, MethodRun&&, const Press*);
  void tellMethod(size_t method);
  MethodMetrics aggregated(const RepeatedMethod&) const;
  void collect();
  void judge();
  void note(int method, const std::string& text) const { sendNote(m_sink, method, text); }
  RunContext context() const;

  LoadedModel& m_model;
  const CompareSpec& m_spec;
  RunMemory& m_memory;
  const EventSink& m_sink;
  std::stop_token m_stop;
  PromptIds m_prompt;
  std::vector<RepeatedMethod> m_methods;
  Comparison m_result;
};

RunContext ComparisonRun::context() const {
  RunContext run;
  run.shape = m_model.backend->shape();
  run.tokens = int64_t(m_prompt.context.size());
  run.seed = m_spec.sampling.seed;
  run.question = m_prompt.questionInContext;
  run.reread = &m_prompt.reread;
  if (m_memory.pattern) {
    run.pattern = m_memory.pattern->pattern.get();
    run.calibration = m_memory.pattern->kind;
  }
  return run;
}

/// Everything that can be refused before anything runs.
void ComparisonRun::prepare() {
  if (m_spec.maxNewTokens < 1) badInput("new tokens must be >= 1, they are " + std::to_string(m_spec.maxNewTokens));
  if (m_spec.repeat < 1) badInput("repeat must be >= 1, it is " + std::to_string(m_spec.repeat));
  for (const std::string& spec : canonicalMethods(m_spec.methods)) m_methods.emplace_back().spec = spec;
  m_prompt = buildPromptIds(m_model, m_spec.prompt, kDefaultQuestion, m_spec.maxNewTokens, m_spec.continuationFromText);
  m_result.match = matchName(m_spec.match);
  m_result.mode = m_spec.mode == RunMode::Race ? "race" : "timed";
  if (m_spec.mode == RunMode::Race && m_spec.repeat > 1) badInput("a race has no repeats: its times are not comparable");
  m_result.question = m_prompt.questionText;
  m_result.contextHead = m_prompt.contextHead;
  m_result.contextTokens = int64_t(m_prompt.context.size());
  m_result.questionTokens = int64_t(m_prompt.question.size());
  m_result.contextIds = m_prompt.context;
  if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "run cancelled");
  m_result.stamp = makeStamp(m_model, m_spec, m_prompt);
  m_result.id = makeRunId(m_result.stamp);
  RunEvent e;
  e.kind = EventKind::RunStarted;
  e.text = m_result.id;
  e.comparison = std::make_shared<const Comparison>(m_result);
  if (m_sink) m_sink(e);
  PhaseEvents(m_sink, -1, Phase::Tokenize).finish(m_prompt.tokenizeMs);
  for (const std::string& notice : m_prompt.notices) note(-1, notice);
}

/// The model's calibration, once, when a press of the run reads it. One that cannot be had is told; the presses then run without.
void ComparisonRun::calibrate(const std::vector<std::string>& specs) {
  const auto wants = [](const std::string& spec) { return makePress(spec)->wantsCalibration(); };
  if (std::none_of(specs.begin(), specs.end(), wants)) return;
  const bool known = m_memory.pattern && (m_memory.pattern->kind == "file" || m_memory.mayCalibrate == !m_spec.noCalibrate);
  if (known) return;
  PhaseEvents events(m_sink, -1, Phase::Calibrate);
  bool told = false;
  const auto progress = [&](double share, const std::string& text) {
    if (!told) note(-1, text);  // what it is and how long it takes; its steps follow as progress
    told = true;
    events.progress(share, text);
  };
  try {
    m_memory.pattern = obtainPattern(m_model, m_spec.noCalibrate, progress, m_stop);
    m_memory.mayCalibrate = !m_spec.noCalibrate;
  } catch (const Failure& e) {
    if (e.code() == ErrorCode::Cancelled) throw;
    note(-1, std::string("no calibration: ") + e.what());
    m_memory.pattern = PatternChoice{};
    m_memory.mayCalibrate = !m_spec.noCalibrate;
  }
  events.finish();
}

void ComparisonRun::match() {
  if (m_spec.match == Match::Ratio) return;
  std::vector<std::string> specs;
  for (const RepeatedMethod& m : m_methods) specs.push_back(m.spec);
  if (m_spec.match == Match::Bytes) {
    specs = matchBytes(specs, context());
  } else {
    PhaseEvents events(m_sink, -1, Phase::Quality);
    const QualityMatch solved = matchQuality(
        m_model, m_prompt, specs, context(), m_spec.maxNewTokens, [&](double share) { events.progress(share); }, m_stop);
    events.finish();
    for (const std::string& line : solved.notes) note(-1, line);
    specs = solved.specs;
  }
  for (size_t i = 0; i < specs.size(); ++i) m_methods[i].spec = specs[i];
}

/// Caches, clocks, pages of the weights and working memory of this length as a later method finds them; nothing of it is kept. One layer is
/// run over the whole context, a short part of it over all layers.
void ComparisonRun::warmUp() {
  {
    const std::unique_ptr<Sequence> sequence = m_model.backend->newSequence();
    sequence->beginPrefill(m_prompt.context, {});
    for (int64_t at = 0; at < m_result.contextTokens; at += kPrefillChunk) {
      if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "run cancelled");
      sequence->prefillChunk(0, at, std::min(kPrefillChunk, m_result.contextTokens - at));
    }
  }
  PromptIds brief;
  brief.context.assign(m_prompt.context.begin(), m_prompt.context.begin() + std::ptrdiff_t(std::min<size_t>(kWarmContext, m_prompt.context.size())));
  const int64_t left = m_model.backend->config().contextLength - int64_t(brief.context.size());
  MethodJob job;
  job.prompt = &brief;
  job.newTokens = int(std::clamp<int64_t>(left, 0, kWarmTokens));
  MethodRun run;
  runMethod(m_model, *makePress("none"), job, {}, m_stop, run);
}

/// A run becomes one of its method's repeats.
void ComparisonRun::take(size_t index, MethodRun&& run, const Press* press) {
  MethodMetrics& m = run.metrics;
  m.method = m_methods[index].spec;
  if (press) m.calibration = calibrationOf(*press, context().calibration);
  m.boundMs = boundMs(m_result.stamp.weightBytes, m.kvBytes, m_result.stamp.bandwidthGBs);
  if (m.decodeTokS > 0) m.shareOfLimit = m.boundMs * m.decodeTokS / 1000;
  m_methods[index].add(std::move(run));
}

/// One prefill, then a token of every method in turn.
void ComparisonRun::race() {
  std::vector<RaceLane> lanes(m_methods.size());
  std::vector<std::unique_ptr<MethodEvents>> events;
  std::vector<MethodHooks> hooks;
  for (size_t i = 0; i < lanes.size(); ++i) {
    lanes[i].spec = m_methods[i].spec;
    m_methods[i].started = true;
    events.push_back(std::make_unique<MethodEvents>(m_sink, *m_model.backend, int(i), 0, m_result.contextTokens, m_spec.maxNewTokens,
                                                    m_result.stamp.bandwidthGBs));
    hooks.push_back(events.back()->hooks());
  }
  const auto takeAll = [&] {
    for (size_t i = 0; i < lanes.size(); ++i) {
      if (lanes[i].exitCode != 0 && m_memory.exitCode == 0) m_memory.exitCode = lanes[i].exitCode;
      take(i, std::move(lanes[i].run), makePress(m_methods[i].spec).get());
    }
  };
  try {
    Race(m_model, m_prompt, context(), m_spec.sampling, m_spec.maxNewTokens, m_stop).run(lanes, hooks);
  } catch (const Failure& e) {
    if (e.code() == ErrorCode::Cancelled) takeAll();
    throw;
  }
  takeAll();
  for (size_t i = 0; i < m_methods.size(); ++i) tellMethod(i);
}

void ComparisonRun::runOnce(size_t index, int repeat) {
  RepeatedMethod& method = m_methods[index];
  method.started = true;
  const PressPtr press = makePress(method.spec);
  MethodJob job;
  job.prompt = &m_prompt;
  job.newTokens = m_spec.maxNewTokens;
  job.sampling = m_spec.sampling;
  job.run = context();
  MethodEvents events(m_sink, *m_model.backend, int(index), repeat, m_result.contextTokens, m_spec.maxNewTokens, m_result.stamp.bandwidthGBs);
  MethodRun run;
  const auto keep = [&] { take(index, std::move(run), press.get()); };
  const auto failed = [&](int code, const std::string& text) {
    run.metrics.failed = true;
    run.metrics.error = text;
    if (m_memory.exitCode == 0) m_memory.exitCode = code;
    keep();
  };
  try {
    runMethod(m_model, *press, job, events.hooks(), m_stop, run);
    keep();
  } catch (const Failure& e) {
    if (e.code() == ErrorCode::Cancelled) {
      run.metrics.error.clear();
      keep();
      throw;
    }
    failed(int(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    failed(int(ErrorCode::NoMemory), "out of memory");
  }
}

/// The repeat with the median decode speed, with the spread over all that were finished.
MethodMetrics ComparisonRun::aggregated(const RepeatedMethod& method) const {
  std::vector<const MethodMetrics*> done;
  for (const MethodMetrics& m : method.repeats) {
    if (!m.failed && !m.cancelled) done.push_back(&m);
  }
  if (done.empty()) return method.withPositions(method.repeats.back());
  std::vector<double> decode, prefill, ttft;
  for (const MethodMetrics* m : done) {
    decode.push_back(m->decodeTokS);
    prefill.push_back(m->prefillTokS);
    ttft.push_back(m->ttftMs);
  }
  MethodMetrics result = method.withPositions(*done[medianIndex(decode)]);
  result.decodeTokSSpread = spreadOf(decode);
  result.prefillTokSSpread = spreadOf(prefill);
  result.ttftSpread = spreadOf(ttft);
  return result;
}

void ComparisonRun::tellMethod(size_t index) {
  if (!m_sink) return;
  RunEvent e;
  e.kind = EventKind::MethodFinished;
  e.method = int(index);
  e.result = std::make_shared<const MethodMetrics>(aggregated(m_methods[index]));
  m_sink(e);
}

/// Rows of the methods that have begun; those that a cancelled run never came to have none.
void ComparisonRun::collect() {
  m_result.methods.clear();
  for (const RepeatedMethod& m : m_methods) {
    if (m.started) m_result.methods.push_back(aggregated(m));
  }
}

/// Whether the run as a whole failed: without its baseline, or with nothing beside it.
void ComparisonRun::judge() {
  const int base = baselineIndex(m_result.methods);
  size_t others = 0, failures = 0;
  std::string first;
  for (size_t i = 0; i < m_result.methods.size(); ++i) {
    const MethodMetrics& m = m_result.methods[i];
    if (m.failed && (first.empty() || int(i) == base)) first = m.method + ": " + m.error;
    if (int(i) == base) continue;
    ++others;
    failures += m.failed ? 1 : 0;
  }
  m_memory.failed = (base >= 0 && m_result.methods[size_t(base)].failed) || (others > 0 && failures == others);
  m_memory.error = first;
}

void ComparisonRun::measure() {
  std::vector<std::string> specs;
  for (const RepeatedMethod& m : m_methods) specs.push_back(m.spec);
  calibrate(specs);
  match();
  if (m_spec.mode == RunMode::Race)
    race();
  else
    timed();
  collect();
  untimedPasses({m_model, m_spec, m_prompt, context(), m_methods, m_sink, m_stop}, m_result.methods);
}

void ComparisonRun::timed() {
  warmUp();
  // Repeats go round by round, so that a machine that slows down does so for all methods alike.
  for (int repeat = 0; repeat < m_spec.repeat; ++repeat)
    for (size_t i = 0; i < m_methods.size(); ++i) {
      if (!m_methods[i].repeats.empty() && m_methods[i].repeats.back().failed) continue;
      runOnce(i, repeat);
      if (repeat + 1 == m_spec.repeat || m_methods[i].repeats.back().failed) tellMethod(i);
    }
}

Comparison ComparisonRun::run() {
  m_memory.exitCode = 0;
  m_memory.failed = false;
  m_memory.error.clear();
  prepare();
  try {
    measure();
  } catch (const Failure& e) {
    if (e.code() != ErrorCode::Cancelled) throw;
    m_result.cancelled = true;
    if (m_result.methods.empty()) collect();
    for (size_t i = 0; i < m_result.methods.size(); ++i) {
      if (m_result.methods[i].cancelled) tellMethod(i);
    }
  }
  judge();
  m_result.improvements = improvementsOf(m_result.methods);
  m_result.claims = claimsOf(m_result);
  m_result.verdict = verdictOf(m_result);
  if (m_sink) {
    RunEvent e;
    e.kind = EventKind::RunFinished;
    e.text = m_result.id;
    e.comparison = std::make_shared<const Comparison>(m_result);
    m_sink(e);
  }
  return std::move(m_result);
}

}  // namespace

Comparison runComparison(LoadedModel& model, const CompareSpec& spec, RunMemory& memory, const EventSink& sink, std::stop_token stop) {
  return ComparisonRun(model, spec, memory, sink, std::move(stop)).run();
}

Comparison runComparison(LoadedModel& model, const CompareSpec& spec, const EventSink& sink, std::stop_token stop) {
  RunMemory memory;
  return runComparison(model, spec, memory, sink, std::move(stop));
}

}  // namespace presslab
