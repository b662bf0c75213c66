// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// generate: text from one compressed context.
#include <memory>

#include "app/cli/answers.h"
#include "app/cli/line_source.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/api/error.h"
#include "core/calibrate/calibrate.h"
#include "core/compare/method_run.h"

namespace presslab::cli {
namespace {

constexpr int kMostNew = 1 << 24;

struct GenerateOptions {
  ModelOptions model;
  PromptOptions prompt;
  SamplingOptions sampling;
  std::string press = "none";
  int newTokens = 128;
  bool ignoreEos = false, noCalibrate = false, chat = false;
  std::optional<std::string> turns;  // a file of further turns
  Format format = Format::Table;
};

const char* stopReason(const MethodMetrics& m) { return m.cancelled ? "cancelled" : m.eosAt >= 0 ? "eos" : "length"; }

Json generateJson(const MethodMetrics& m, bool ignoreEos) {
  Json j;
  j["ids"] = m.ids;
  j["text"] = m.text;
  j["stop"] = ignoreEos && !m.cancelled ? "length" : stopReason(m);
  j["method"] = m.method;
  j["calibration"] = m.calibration;
  j["n_context"] = m.contextTokens;
  j["n_question"] = m.questionTokens;
  j["n_new"] = m.ids.size();
  j["kv_bytes"] = m.kvBytes;
  j["kv_bytes_full"] = m.kvBytesFull;
  j["kv_bytes_peak"] = m.kvBytesPeak;
  j["kv_bytes_end"] = m.kvBytesEnd;
  j["ratio_requested"] = m.ratioRequested;
  j["ratio_effective"] = m.ratioEffective;
  j["ratio_measured"] = m.ratioMeasured;
  j["prefill_tok_s"] = m.prefillTokS;
  j["compress_ms"] = m.compressMs;
  j["ttft_ms"] = m.ttftMs;
  j["decode_tok_s"] = m.decodeTokS;
  j["decode_ms"] = m.decodeMs;
  j["notes"] = m.notes;
  return j;
}

/// Runs the method; a cancelled run leaves what it made in `run`.
void generateInto(LoadedModel& model, Press& press, const MethodJob& job, bool stream, Progress& progress, const Context& context, MethodRun& run) {
  MethodHooks hooks;
  hooks.prefill.progress = [&](double share) { progress.share(share, "prefill"); };
  hooks.token = [&](int, int32_t id, const std::string& piece, double, int64_t) {
    if (!stream) return;
    progress.clear();
    if (!model.tokenizer->isControl(id)) writeOut(piece);
    flushOut();
  };
  try {
    runMethod(model, press, job, hooks, context.stop, run);
  } catch (const Failure& e) {
    if (e.code() != ErrorCode::Cancelled) throw;
    run.metrics.cancelled = true;
  }
}

/// Questions from the command line, then the lines of --turns.
class Questions {
 public:
  Questions(const GenerateOptions& o, std::stop_token stop) : m_given(o.prompt.questions), m_stop(std::move(stop)) {
    if (o.turns) m_lines.emplace(*o.turns, m_stop);
  }
  bool several() const { return m_given.size() > 1 || m_lines; }
  std::optional<std::string> next() {
    if (m_at < m_given.size()) return m_given[m_at++];
    return m_lines ? m_lines->next(m_stop) : std::nullopt;
  }

 private:
  std::vector<std::string> m_given;
  std::stop_token m_stop;
  std::optional<LineSource> m_lines;
  size_t m_at = 0;
};

void checkQuestions(const GenerateOptions& o) {
  if (o.chat && o.prompt.questions.empty() && !o.turns) badInput("--chat: no question is given; name turns with --question or --turns");
  if (o.turns == "-" && (o.prompt.tokens == "-" || o.prompt.promptFile == "-")) badInput("--turns: standard input is read for the context already");
  if (o.prompt.queryAware && (o.turns || o.prompt.questions.size() > 1))
    badInput("--query-aware compresses one question with the context: it excludes --turns and further --question");
  for (const std::string& question : o.prompt.questions)
    if (question.find_first_not_of(" \t\r\n") == std::string::npos && (o.turns || o.prompt.questions.size() > 1))
      badInput("--question: one of several is empty");
}

int generate(const GenerateOptions& o, const Context& context) {
  const PressPtr press = makePress(o.press);
  checkQuestions(o);
  PromptSpec prompt = o.prompt.read(o.model.spec.path, context.stop);
  Questions questions(o, context.stop);
  if (questions.several()) {
    prompt.question = questions.next();
    if (!prompt.question) badInput("--turns: " + shownPath(*o.turns) + " has no line");
  }
  Progress progress(context);
  const std::unique_ptr<LoadedModel> model = loadModel(o.model.spec, progress.sink(), context.stop);
  const PromptIds ids = buildPromptIds(*model, prompt, nullptr, o.newTokens);
  for (const std::string& notice : ids.notices) progress.note(notice);
  MethodJob job;
  job.prompt = &ids;
  job.newTokens = o.newTokens;
  job.sampling = o.sampling.sampling;
  job.stopAtEos = !o.ignoreEos;
  job.run.seed = o.sampling.sampling.seed;
  job.run.question = ids.questionInContext;
  job.run.reread = &ids.reread;
  PatternChoice pattern;
  if (press->wantsCalibration()) {
    pattern = obtainPattern(
        *model, o.noCalibrate, [&](double share, const std::string& what) { progress.share(share, what); }, context.stop);
    job.run.pattern = pattern.pattern.get();
    job.run.calibration = pattern.kind;
  }
  if (questions.several()) {
    Asking asking{o.chat || o.turns.has_value(), prompt, [&] { return questions.next(); }};
    return answerAll(*model, *press, job, asking, o.format, progress, context);
  }
  MethodRun run;
  const bool stream = o.format == Format::Table;
  generateInto(*model, *press, job, stream, progress, context, run);
  const MethodMetrics& m = run.metrics;
  progress.clear();
  for (const std::string& note : m.notes) progress.note(note);
  if (stream) {
    writeOut("\n");
    flushOut();
    char line[160];
    std::snprintf(line, sizeof line, "%zu tokens (%s), KV %s of %s, first token after %.0f ms, %.1f tok/s", m.ids.size(), stopReason(m),
                  bytesText(double(m.kvBytes)).c_str(), bytesText(double(m.kvBytesFull)).c_str(), m.ttftMs, m.decodeTokS);
    progress.note(line);
  } else {
    const Json whole = generateJson(m, o.ignoreEos);
    std::vector<Json> rows;
    for (size_t i = 0; i < m.ids.size(); ++i)
      rows.push_back({{"index", i},
                      {"id", m.ids[i]},
                      {"piece", i < m.pieces.size() ? m.pieces[i] : std::string()},
                      {"ms", i > 0 && i - 1 < m.decodeMs.size() ? Json(m.decodeMs[i - 1]) : Json()}});
    printRows(o.format, "generated", rows, &whole);
  }
  return m.cancelled ? int(ErrorCode::Cancelled) : 0;
}

}  // namespace

void addGenerate(Commands& commands) {
  CLI::App& app = commands.add("generate", "Text from one context, compressed by a press");
  const auto o = std::make_shared<GenerateOptions>();
  o->model.add(app);
  o->prompt.add(app, true, true);
  app.add_flag("--chat", o->chat, "The questions are turns of one conversation: each follows the answer before it, on the same cache");
  app.add_option("--turns", o->turns, "Further turns, one a line (\"-\": standard input, answered as they come); implies --chat")->type_name("F");
  addInteger(app, "-n,--n-new", o->newTokens, 1, kMostNew, "New tokens at most");
  app.add_option("--press", o->press, "Press spec")->type_name("SPEC")->capture_default_str();
  app.add_flag("--ignore-eos", o->ignoreEos, "Go on behind an end-of-sequence token");
  app.add_flag("--no-calibrate", o->noCalibrate, "Never calibrate the model on the way");
  o->sampling.add(app);
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return generate(*o, c); });
}

}  // namespace presslab::cli
