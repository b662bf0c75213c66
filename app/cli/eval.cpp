// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// eval: a grid of methods, ratios, lengths and tasks, replayed from one prefill each.
#include "core/api/eval.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/cli/spec_list.h"
#include "core/api/error.h"
#include "core/api/eval_columns.h"
#include "core/api/lab.h"

namespace presslab::cli {
namespace {

constexpr int kMostLength = 1 << 24, kMostSeeds = 100000;

struct EvalOptions {
  ModelOptions model;
  EvalSpec spec;
  std::string tasks, presses = "snapkv(ratio=0.5);duo(ratio=0.5);eplb_duo(ratio=0.5)", lengths, ratios, file;
  bool list = false;
  Format format = Format::Table;
};

std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> out;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    std::string part = text.substr(from, comma - from);
    from = comma + 1;
    const size_t first = part.find_first_not_of(" \t"), last = part.find_last_not_of(" \t");
    if (first != std::string::npos) out.push_back(part.substr(first, last - first + 1));
  }
  return out;
}

EvalSpec specOf(const EvalOptions& o, const Context& context) {
  EvalSpec spec = o.spec;
  spec.model = o.model.spec;
  spec.commandLine = context.commandLine;
  if (spec.resume) {
    for (const std::string* given : {&o.tasks, &o.lengths, &o.ratios, &o.file})
      if (!given->empty()) badInput("--resume takes the grid's settings from its folder: --task, --lengths, --ratios and --file do not go with it");
    return spec;
  }
  spec.tasks = parts(o.tasks);
  if (spec.tasks.empty()) badInput("--task: no task is named; presslab-cli eval --list shows them");
  expandEvalTasks(spec.tasks);
  spec.methods = parseSpecs("--press", o.presses);
  for (const std::string& part : parts(o.lengths.empty() ? "512" : o.lengths))
    spec.lengths.push_back(int(parseInteger("--lengths", part, 4, kMostLength)));
  if (spec.lengths.empty()) badInput("--lengths: no length is named");
  for (const std::string& part : parts(o.ratios)) spec.ratios.push_back(parseNumber("--ratios", part, 1e-9, 1 - 1e-9));
  if (!o.file.empty()) {
    spec.text = readInput(o.file, kTextLimit, context.stop);
    spec.textName = shownPath(o.file);
    if (spec.text.find_first_not_of(" \t\r\n") == std::string::npos) badInput(spec.textName + ": there is no text");
  }
  return spec;
}

Json jsonOf(const EvalRow& row) {
  Json out;
  for (const EvalColumn& c : evalColumns()) {
    const EvalValue v = c.get(row);
    const std::string key(c.key);
    if (const auto* text = std::get_if<std::string>(&v)) out[key] = *text;
    if (const auto* number = std::get_if<int64_t>(&v)) out[key] = *number;
    if (const auto* flag = std::get_if<bool>(&v)) out[key] = *flag;
    if (const auto* number = std::get_if<double>(&v)) out[key] = *number;
  }
  return out;
}

/// What fits a terminal; everything is in the other formats.
Json shortRow(const EvalRow& r) {
  Json out;
  out["task"] = r.task;
  out["length"] = r.length;
  out["method"] = r.method;
  out["KV MB"] = decimalText(r.samples > 0 ? double(r.kvBytes) / 1e6 : NAN, 2);
  out["ppl"] = decimalText(r.ppl, 3);
  out["kld"] = decimalText(r.kldMean, 4);
  out["agree %"] = decimalText(100 * r.top1Agree, 1);
  out["score"] = decimalText(r.score, 3);
  out["95 %"] = std::isnan(r.lo) ? "" : decimalText(r.lo, 3) + " .. " + decimalText(r.hi, 3);
  out["attention %"] = decimalText(100 * r.attentionKept, 1);
  out["n"] = r.samples;
  out["note"] = r.note;
  return out;
}

std::string duration(double seconds) {
  const auto s = int64_t(std::llround(seconds));
  return s < 90 ? std::to_string(s) + " s" : std::to_string((s + 30) / 60) + " min";
}

int list(Format format) {
  std::vector<Json> rows;
  for (const EvalTaskInfo& t : evalTaskTable())
    rows.push_back({{"task", t.id}, {"family", t.family}, {"title", t.title}, {"help", t.help}, {"scored", t.scored}});
  printRows(format, "tasks", rows);
  return 0;
}

int eval(const EvalOptions& o, const Context& context) {
  if (o.list) return list(o.format);
  const EvalSpec spec = specOf(o, context);
  Lab lab;
  EvalResult result;
  {
    Progress progress(context);
    const EvalSink sink = [&](const EvalProgress& p) {
      if (!p.note.empty()) {
        progress.note(p.note);
        return;
      }
      std::string text = p.what;
      if (p.total > 0) text = std::to_string(p.done) + "/" + std::to_string(p.total) + " " + text;
      if (p.etaSeconds >= 0) text += ", " + duration(p.etaSeconds) + " left";
      progress.share(p.share, text);
    };
    result = evaluate(lab, spec, sink, context.stop);
  }
  std::vector<Json> rows;
  for (const EvalRow& row : result.rows) rows.push_back(o.format == Format::Table ? shortRow(row) : jsonOf(row));
  if (o.format == Format::Md)
    writeOut(evalMarkdown(result));
  else if (!rows.empty() || result.exitCode == 0)
    printRows(o.format, "eval", rows);
  flushOut();
  if (!result.error.empty()) std::fprintf(stderr, "presslab-cli: %s\n", result.error.c_str());
  int failed = 0;
  for (const EvalSample& s : result.samples) failed += s.error.empty() ? 0 : 1;
  if (failed > 0 && result.exitCode == 0)
    std::fprintf(stderr, "presslab-cli: %d of %zu replays were refused; their rows say why\n", failed, result.samples.size());
  return result.exitCode;
}

}  // namespace

void addEval(Commands& commands) {
  CLI::App& app = commands.add("eval", "Quality: perplexity, divergence and retrieval tasks under many methods, replayed from one prefill each");
  const auto o = std::make_shared<EvalOptions>();
  o->model.add(app);
  app.add_option("--task,--tasks", o->tasks, "Tasks or families, separated by commas: ppl, kld, niah, vt, cwe, fwe, passkey, kv, ... or all")
      ->type_name("LIST");
  app.add_option("--press,--methods", o->presses, "Press specs, separated by ;")->type_name("SPECS")->capture_default_str();
  app.add_option("--lengths,--length", o->lengths, "Context tokens; windows of ppl")->type_name("LIST")->default_str("512");
  app.add_option("--ratios,--ratio", o->ratios, "Shares removed; without it as the specs say")->type_name("LIST");
  addInteger(app, "--seeds", o->spec.seeds, 1, kMostSeeds, "Instances of every task");
  addSeed(app, o->spec.seed);
  addInteger(app, "--chunks", o->spec.chunks, 0, kMostLength, "Windows of ppl; 0: all, or 8 when methods are compared");
  addInteger(app, "-n,--n-new", o->spec.newTokens, 1, kMostLength, "Positions of kld");
  app.add_flag("--query-aware", o->spec.queryAware, "Compress the question too");
  app.add_flag("--raw", o->spec.raw, "Without the chat template");
  app.add_option("--file", o->file, "Text of ppl, kld and the haystacks (\"-\": standard input); without it the bundled texts")->type_name("TEXT");
  app.add_option("--out", o->spec.outDir, "Folder that keeps every row; the same command continues there")->type_name("DIR");
  app.add_flag("--resume", o->spec.resume, "Continue the grid in --out with its own settings");
  app.add_flag("--heads", o->spec.heads, "Output error and attention kept of every layer and head as well (heads.csv)");
  app.add_flag("--no-calibrate", o->spec.noCalibrate, "Never calibrate the model on the way");
  app.add_flag("--list", o->list, "The tasks");
  addFormat(app, o->format);
  app.footer(
      "Random, streaming_llm and an oracle (the tokens that really get the most attention) are added at every ratio.\n"
      "lo and hi: 95 % bootstrap interval of score, KL divergence or perplexity; delta, delta_lo, delta_hi: the difference to the uncompressed\n"
      "model on the same samples. A task at which the uncompressed model scores below 50 % is marked and left out of means.");
  commands.onRun(app, [o](const Context& c) { return eval(*o, c); });
}

}  // namespace presslab::cli
