// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/grid.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/calibrate/corpus.h"
#include "core/compare/token_text.h"
#include "core/eval/grid_folder.h"
#include "core/eval/grid_methods.h"
#include "core/eval/head_error.h"
#include "core/eval/instance_run.h"
#include "core/eval/sentences.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kComparedWindows = 8;         // of ppl, unless --chunks says otherwise, when methods are compared
constexpr size_t kMadeUpCharacters = 6000;  // of each generated kind behind the bundled texts

struct Job {
  const TaskRow* task;
  int length, instance;
  std::vector<size_t> methods;  // missing ones
  double weight = 1;            // of one replay
};

class Grid {
 public:
  Grid(LoadedModel& model, RunMemory& memory, const EvalSpec& spec, const EvalSink& sink, std::stop_token stop, EvalResult& result,
       std::vector<HeadSample>& heads)
      : m_model(model), m_memory(memory), m_spec(spec), m_sink(sink), m_stop(std::move(stop)), m_result(result), m_heads(heads) {}
  void run();

 private:
  void prepare();
  void loadText();
  void plan();
  void calibrate();
  void runJob(const Job&);
  void replay(const Job&, const TaskInstance&, InstanceRun&, std::vector<PressPtr>&);
  void headPass(const Job&, const TaskInstance&, InstanceRun&, const std::vector<KeepPlan>&);
  void keep(const Job&, const EvalSample&);
  TaskRequest request(int length, int instance) const;
  RunContext context(const Job&, const TaskInstance&) const;
  EvalSample sampleOf(const Job&, size_t method, const TaskInstance&) const;
  void tell(const std::string& what, std::shared_ptr<const EvalSample> sample = {}, const std::string& note = {}) const;
  void note(const std::string& text) const { tell({}, {}, text); }

  LoadedModel& m_model;
  RunMemory& m_memory;
  const EvalSpec& m_spec;
  const EvalSink& m_sink;
  std::stop_token m_stop;
  EvalResult& m_result;
  std::vector<HeadSample>& m_heads;
  std::vector<GridMethod> m_methods;
  std::string m_text;
  std::vector<int32_t> m_ids;
  std::unique_ptr<GridFolder> m_folder;
  std::set<std::string> m_headsDone;
  std::vector<Job> m_jobs;
  int m_done = 0, m_total = 0;
  double m_weightDone = 0, m_weightTotal = 0;
  Clock::time_point m_begun;
};

void Grid::tell(const std::string& what, std::shared_ptr<const EvalSample> sample, const std::string& note) const {
  if (!m_sink) return;
  EvalProgress p;
  p.done = m_done;
  p.total = m_total;
  p.share = m_weightTotal > 0 ? m_weightDone / m_weightTotal : 1;
  const double seconds = std::chrono::duration<double>(Clock::now() - m_begun).count();
  if (m_weightDone > 0) p.etaSeconds = seconds / m_weightDone * (m_weightTotal - m_weightDone);
  p.what = what;
  p.sample = std::move(sample);
  p.note = note;
  m_sink(p);
}

TaskRequest Grid::request(int length, int instance) const {
  TaskRequest r;
  r.tokenizer = m_model.tokenizer.get();
  r.vocab = &m_model.file->vocab();
  r.essay = m_text;
  r.textIds = &m_ids;
  r.length = length;
  r.instance = instance;
  r.seed = m_spec.seed;
  r.newTokens = m_spec.newTokens;
  r.raw = m_spec.raw;
  r.queryAware = m_spec.queryAware;
  return r;
}

/// The given text without its final line end (as llama-perplexity reads a file), or the bundled ones followed by made-up text of several kinds.
void Grid::loadText() {
  m_text = m_spec.text;
  if (m_text.empty()) {
    m_text = bundledText();
    for (int kind = 0; kind < kGeneratedKinds; ++kind) m_text += "\n" + generatedText(kind, kMadeUpCharacters, 1);
  }
  if (m_text.back() == '\n') m_text.pop_back();
  m_ids = m_model.tokenizer->encode(m_text);
}

void Grid::prepare() {
  if (m_spec.tasks.empty()) badInput("no task is named");
  if (m_spec.lengths.empty()) badInput("no length is named");
  if (m_spec.seeds < 1) badInput("seeds must be >= 1, they are " + std::to_string(m_spec.seeds));
  if (m_spec.newTokens < 1) badInput("new tokens must be >= 1, they are " + std::to_string(m_spec.newTokens));
  m_methods = gridMethods(m_spec.methods, m_spec.ratios);
  const int64_t positions = m_model.file->config().contextLength;
  for (const int length : m_spec.lengths)
    if (length > positions) badInput("length " + grouped(length) + ": the model has " + grouped(positions) + " positions");
}

/// Positions that an instance takes.
int64_t positionsOf(const TaskInstance& task) {
  return int64_t(task.prompt.context.size() + task.prompt.question.size()) + std::max(task.newTokens, 1);
}

/// What is missing, instance by instance, in the order of lengths and tasks; makes one instance of each cell, so that a length that does not fit
/// a task is refused before anything runs.
void Grid::plan() {
  std::set<std::string> there;
  for (const EvalSample& s : m_result.samples) there.insert(sampleKey(s));
  int chunks = m_spec.chunks;
  if (chunks == 0 && m_methods.size() > 1) chunks = kComparedWindows;
  for (const int length : m_spec.lengths) {
    for (const std::string& id : m_spec.tasks) {
      const TaskRow& task = findTask(id);
      const int count = task.instances ? task.instances(request(length, 0), m_spec.seeds, chunks) : m_spec.seeds;
      const int64_t positions = m_model.file->config().contextLength, needed = positionsOf(task.make(request(length, 0)));
      if (needed > positions)
        badInput("length " + grouped(length) + ": task " + id + " needs " + grouped(needed) + " positions, the model has " + grouped(positions));
      for (int i = 0; i < count; ++i) {
        Job job{&task, length, i, {}, double(length) + 500};
        EvalSample probe;
        probe.task = id;
        probe.length = length;
        probe.instance = i;
        for (size_t m = 0; m < m_methods.size(); ++m) {
          probe.method = m_methods[m].spec;
          if (!there.count(sampleKey(probe))) job.methods.push_back(m);
        }
        m_total += int(m_methods.size());
        m_done += int(m_methods.size() - job.methods.size());
        m_weightTotal += job.weight * double(job.methods.size());
        if (!job.methods.empty()) m_jobs.push_back(std::move(job));
      }
    }
  }
}

/// The model's calibration, where a method reads it; one that cannot be had is told, and the method runs without.
void Grid::calibrate() {
  const auto wants = [&](const Job& job) {
    return std::any_of(job.methods.begin(), job.methods.end(),
                       [&](size_t m) { return !m_methods[m].oracle && makePress(m_methods[m].spec)->wantsCalibration(); });
  };
  if (std::none_of(m_jobs.begin(), m_jobs.end(), wants)) return;
  if (!m_memory.pattern) {
    try {
      m_memory.pattern = obtainPattern(
          m_model, m_spec.noCalibrate, [&](double, const std::string& what) { tell("calibration: " + what); }, m_stop);
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::Cancelled) throw;
      note(std::string("no calibration: ") + e.what());
      m_memory.pattern = PatternChoice{};
    }
    m_memory.mayCalibrate = !m_spec.noCalibrate;
  }
  const PatternChoice& choice = *m_memory.pattern;
  if (m_folder) m_folder->useCalibration(choice.kind, choice.pattern ? patternDigest(*choice.pattern) : "none");
}

RunContext Grid::context(const Job& job, const TaskInstance& task) const {
  RunContext run;
  run.shape = m_model.backend->shape();
  run.tokens = int64_t(task.prompt.context.size());
  run.question = task.prompt.questionInContext;
  run.reread = &task.prompt.reread;
  run.seed = m_spec.seed + uint64_t(job.instance);
  if (m_memory.pattern) {
    run.pattern = m_memory.pattern->pattern.get();
    run.calibration = m_memory.pattern->kind;
  }
  return run;
}

EvalSample Grid::sampleOf(const Job& job, size_t method, const TaskInstance& task) const {
  EvalSample s;
  s.task = std::string(job.task->info.id);
  s.method = m_methods[method].spec;
  s.ratio = m_methods[method].ratio;
  s.length = job.length;
  s.instance = job.instance;
  s.contextTokens = int(task.prompt.context.size());
  s.questionTokens = int(task.prompt.question.size());
  s.question = task.question;
  s.answerPrefix = task.answerPrefix;
  s.answers = task.answers;
  return s;
}

void Grid::keep(const Job& job, const EvalSample& sample) {
  if (m_folder) m_folder->append(sample);
  m_result.samples.push_back(sample);
  ++m_done;
  m_weightDone += job.weight;
  tell(sample.task + " " + std::to_string(sample.length) + " #" + std::to_string(sample.instance + 1) + " " + sample.method,
       std::make_shared<const EvalSample>(sample));
}

void Grid::headPass(const Job& job, const TaskInstance& task, InstanceRun& run, const std::vector<KeepPlan>& plans) {
  const HeadShape shape = m_model.backend->shape();
  const FutureAttention& future = run.attention(m_stop);
  std::vector<std::span<const LayerKeep>> views;
  for (const KeepPlan& plan : plans) views.emplace_back(plan.layers);
  const std::vector<std::vector<double>> errors = headErrors(m_model, task.prompt.context, run.following(), views, m_stop);
  for (size_t i = 0; i < plans.size(); ++i) {
    if (plans[i].layers.empty()) continue;
    HeadSample h;
    h.key = sampleKey(sampleOf(job, job.methods[i], task));
    h.kvHeads = shape.kvHeads;
    h.error = errors[i];
    for (int l = 0; l < shape.layers; ++l)
      for (int k = 0; k < shape.kvHeads; ++k) {
        const LayerKeep& layer = plans[i].layers[size_t(l)];
        h.kept.push_back(double(layer.heads[size_t(k)].positions.size()) / double(task.prompt.context.size()));
        h.attention.push_back(future.headShare(layer, l, k));
      }
    if (!m_headsDone.insert(h.key).second) continue;
    if (m_folder) m_folder->append(h);
    m_heads.push_back(std::move(h));
  }
}

/// Every missing method on a copy of the instance's cache; each sample is kept as soon as it is whole.
void Grid::replay(const Job& job, const TaskInstance& task, InstanceRun& run, std::vector<PressPtr>& presses) {
  const bool scored = job.task->info.scored;
  std::vector<Press*> asked;
  for (const PressPtr& p : presses)
    if (p) asked.push_back(p.get());
  tell(std::string(job.task->info.id) + " " + std::to_string(job.length) + " #" + std::to_string(job.instance + 1) + " prefill");
  std::vector<KeepPlan> made = run.prefill(asked, context(job, task), m_stop);
  std::vector<KeepPlan> plans(job.methods.size());
  for (size_t i = 0, next = 0; i < presses.size(); ++i)
    if (presses[i]) plans[i] = std::move(made[next++]);
  EvalSample base = sampleOf(job, 0, task);
  run.baseline(scored, base, m_stop);
  base.kvBytes = base.kvBytesFull = run.bytes({});
  const bool compressed = job.methods.size() > 1 || job.methods[0] != 0;
  for (size_t i = 0; i < job.methods.size(); ++i) {
    const GridMethod& method = m_methods[job.methods[i]];
    if (!method.oracle) continue;
    try {
      plans[i].layers = run.attention(m_stop).oracle(method.ratio);
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::Cancelled) throw;
      plans[i].error = e.what();
    }
  }
  if (m_spec.heads && compressed) headPass(job, task, run, plans);
  for (size_t i = 0; i < job.methods.size(); ++i) {
    if (job.methods[i] == 0) {
      keep(job, base);
      continue;
    }
    EvalSample sample = sampleOf(job, job.methods[i], task);
    sample.error = plans[i].error;
    if (sample.error.empty()) {
      sample.kvBytesFull = base.kvBytes;
      sample.kvBytes = run.bytes(plans[i].layers);
      sample.ratioMeasured = 1 - double(sample.kvBytes) / double(sample.kvBytesFull);
      sample.attentionKept = run.attention(m_stop).share(plans[i].layers);
      run.method(plans[i].layers, scored, sample, m_stop);
    }
    plans[i].layers = {};
    keep(job, sample);
  }
}

void Grid::runJob(const Job& job) {
  TaskInstance task = job.task->make(request(job.length, job.instance));
  task.prompt.questionInContext = m_spec.queryAware ? task.askedTokens : 0;
  task.prompt.reread = rereadText(m_model, m_spec.raw || !job.task->info.scored);
  if (const int64_t positions = m_model.file->config().contextLength; positionsOf(task) > positions)
    badInput("length " + grouped(job.length) + ": task " + std::string(job.task->info.id) + " needs " + grouped(positionsOf(task)) +
             " positions, the model has " + grouped(positions));
  if (job.task == &kPplRow && m_methods.size() == 1) {
    EvalSample sample = sampleOf(job, 0, task);
    pplByForwardPass(m_model, task, sample, m_stop);
    sample.kvBytes = sample.kvBytesFull =
        2 * m_model.backend->kvRowBytes() * m_model.backend->shape().headTokens(int64_t(task.prompt.context.size()));
    keep(job, sample);
    return;
  }
  std::vector<PressPtr> presses(job.methods.size());
  for (size_t i = 0; i < job.methods.size(); ++i)
    if (job.methods[i] != 0 && !m_methods[job.methods[i]].oracle) presses[i] = makePress(m_methods[job.methods[i]].spec);
  InstanceRun run(m_model, task);
  replay(job, task, run, presses);
}

void Grid::run() {
  m_begun = Clock::now();
  prepare();
  m_result.modelName = m_model.file->info().name;
  m_result.fingerprint = modelFingerprint(*m_model.file);
  loadText();
  if (!m_spec.outDir.empty()) {
    m_folder = std::make_unique<GridFolder>(m_spec.outDir, m_spec, m_result.modelName, m_result.fingerprint);
    m_result.samples = m_folder->samples();
    m_heads = m_folder->heads();
    for (const HeadSample& h : m_heads) m_headsDone.insert(h.key);
    m_result.resumed = int(m_result.samples.size());
  }
  plan();
  if (m_result.resumed > 0) note(std::to_string(m_result.resumed) + " of " + std::to_string(m_total) + " replays are there already");
  calibrate();
  m_begun = Clock::now();
  for (const Job& job : m_jobs) {
    if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "evaluation cancelled");
    runJob(job);
  }
}

}  // namespace

void runGrid(LoadedModel& model, RunMemory& memory, const EvalSpec& spec, const EvalSink& sink, std::stop_token stop, EvalResult& result,
             std::vector<HeadSample>& heads) {
  Grid(model, memory, spec, sink, std::move(stop), result, heads).run();
}

}  // namespace presslab
