// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// calibrate: measures what the routed family needs to know about a model, once.
#include "core/calibrate/calibrate.h"

#include <chrono>
#include <filesystem>
#include <memory>

#include "app/cli/calibrate_check.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/api/error.h"
#include "core/bench/int_ranges.h"
#include "core/calibrate/head_orders.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostExperts = 64, kMostSteps = 1000000, kMostTexts = 10000, kMostNew = 1 << 24;

struct CalibrateOptions {
  std::string kind = "routed";
  ModelOptions model;
  bool light = false;
  std::vector<std::string> experts;
  std::string corpus, out, tsv;
  int steps = 60;
  double lambda = .005;
  CheckOptions check;
  uint64_t seed = 0;
  Format format = Format::Table;
};

/// Where patterns are looked for first: the user's data folder.
fs::path ownPatterns() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && *data == '/') return fs::path(data) / "presslab" / "patterns";
  const char* home = std::getenv("HOME");
  if (!home || !*home) badInput("calibrate: neither XDG_DATA_HOME nor HOME is set; give --out");
  return fs::path(home) / ".local" / "share" / "presslab" / "patterns";
}

std::string outFile(const CalibrateOptions& o, const std::string& fingerprint) {
  if (!o.out.empty()) return o.out;
  const fs::path folder = ownPatterns();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Failure(ErrorCode::Io, folder.string() + ": " + error.message());
  return (folder / (fingerprint + ".safetensors")).string();
}

using Tell = std::function<void(double, const std::string&)>;

/// What one kind of calibration adds to a pattern; the parts that it does not make are carried over from the pattern in use.
struct Kind {
  const char* name;
  const char* makes;
  CalibrateReport (*run)(LoadedModel&, const CalibrateSpec&, const CalibrateOptions&, const Tell&, std::stop_token);
};

/// The pattern in use (a light one is made where there is none), to be added to.
CalibrateReport patternInUse(LoadedModel& model, const Tell& tell, std::stop_token stop) {
  const PatternChoice choice = obtainPattern(model, false, tell, stop);
  CalibrateReport report;
  report.pattern = *choice.pattern;
  report.lines.push_back("beside the pattern of " + (choice.path.empty() ? choice.kind : choice.path));
  return report;
}

/// Parts that outlive a new pattern: query statistics and head orders, and with `lists` (the head order alone is new) expert lists and importance.
void carryOver(LoadedModel& model, CalibrateReport& report, bool lists, std::stop_token stop) {
  const PatternChoice choice = obtainPattern(model, true, {}, stop);
  if (!choice.pattern) return;
  const Pattern& old = *choice.pattern;
  Pattern& p = report.pattern;
  p.stats = old.stats;
  p.loo = old.loo;
  p.duoGates = old.duoGates;
  p.onTheFly = old.onTheFly;
  for (const char* key : {"loo", "duo_gates", "on_the_fly"}) {
    if (const auto it = old.metadata.find(key); it != old.metadata.end()) p.metadata[key] = it->second;
  }
  if (!lists || old.sets.empty()) return;
  p.sets = old.sets;
  p.importance = old.importance;
  report.lines.push_back("expert lists carried over from " + choice.path);
}

CalibrateReport makeRouted(LoadedModel& model, const CalibrateSpec& spec, const CalibrateOptions&, const Tell& tell, std::stop_token stop) {
  CalibrateReport report = calibrate(model, spec, tell, stop);
  carryOver(model, report, false, stop);
  return report;
}

CalibrateReport makeDuo(LoadedModel& model, const CalibrateSpec& spec, const CalibrateOptions&, const Tell& tell, std::stop_token stop) {
  CalibrateSpec light = spec;
  light.light = true;  // the head order alone needs neither gates nor further expert lists
  CalibrateReport report = calibrate(model, light, tell, stop);
  carryOver(model, report, true, stop);
  return report;
}

CalibrateReport makeStats(LoadedModel& model, const CalibrateSpec& spec, const CalibrateOptions&, const Tell& tell, std::stop_token stop) {
  CalibrateReport report = patternInUse(model, tell, stop);
  report.pattern.stats = measureQueries(model, spec, tell, stop);
  return report;
}

CalibrateReport withHeadValues(LoadedModel& model, std::vector<float> Pattern::*values, const char* key, HeadValuesReport&& made, const Tell& tell,
                               std::stop_token stop) {
  CalibrateReport report = patternInUse(model, tell, stop);
  report.pattern.*values = std::move(made.values);
  report.pattern.metadata[key] = made.about;
  report.documents = made.documents;
  report.tokens = made.tokens;
  report.lines.push_back(std::string(key) + ": " + made.about);
  return report;
}

CalibrateReport makeLoo(LoadedModel& model, const CalibrateSpec& spec, const CalibrateOptions&, const Tell& tell, std::stop_token stop) {
  return withHeadValues(model, &Pattern::loo, "loo", leaveOneOut(model, spec, tell, stop), tell, stop);
}

CalibrateReport makeOnTheFly(LoadedModel& model, const CalibrateSpec& spec, const CalibrateOptions&, const Tell& tell, std::stop_token stop) {
  return withHeadValues(model, &Pattern::onTheFly, "on_the_fly", onTheFlyScores(model, spec, tell, stop), tell, stop);
}

CalibrateReport makeGates(LoadedModel& model, const CalibrateSpec& spec, const CalibrateOptions& o, const Tell& tell, std::stop_token stop) {
  CalibrateReport report =
      withHeadValues(model, &Pattern::duoGates, "duo_gates", trainHeadGates(model, spec, o.steps, o.lambda, tell, stop), tell, stop);
  if (!o.tsv.empty()) {
    writeFileAtomic(o.tsv, duoTsv(report.pattern.duoGates, report.pattern.shape));
    report.lines.push_back("gates as DuoAttention publishes them: " + o.tsv);
  }
  return report;
}

constexpr Kind kKinds[]{{"routed", "curves, gates, importance and head order", makeRouted},
                        {"duo", "head order alone", makeDuo},
                        {"loo", "head order by leave-one-out divergence, for order=loo", makeLoo},
                        {"gates", "DuoAttention's trained gates, for order=gates; needs the LibTorch module", makeGates},
                        {"on_the_fly", "kvpress's quick head score, for order=on_the_fly", makeOnTheFly},
                        {"stats", "query statistics and Q-Filters", makeStats}};

const Kind& findKind(const std::string& name) {
  std::string known;
  for (const Kind& k : kKinds) {
    if (name == k.name) return k;
    known.append(known.empty() ? "" : ", ").append(k.name);
  }
  known += ", check";
  badInput("calibrate: \"" + printable(name) + "\": one of " + known);
}

std::string kindsHelp() {
  std::string text = "What to measure";
  const char* joint = ": ";
  for (const Kind& k : kKinds) {
    text.append(joint).append(k.name).append(" (").append(k.makes).append(")");
    joint = ", ";
  }
  return text + "; or check: each part against its uncalibrated twin";
}

Json reportJson(const CalibrateReport& report, const CalibrateOptions& o, const std::string& file) {
  Json j;
  j["kind"] = o.kind;
  j["mode"] = o.light || o.kind == "duo" ? "light" : "full";
  j["file"] = file;
  j["fingerprint"] = report.pattern.fingerprint;
  j["model"] = report.pattern.metadata.count("model") ? report.pattern.metadata.at("model") : "";
  j["layers"] = report.pattern.shape.layers;
  j["kv_heads"] = report.pattern.shape.kvHeads;
  j["documents"] = report.documents;
  j["tokens"] = report.tokens;
  j["seconds"] = report.seconds;
  j["seed"] = o.seed;
  j["expert_lists"] = Json::array();
  for (const ExpertSet& set : report.pattern.sets) j["expert_lists"].push_back({{"experts", set.experts}, {"trained_gates", !set.gateW.empty()}});
  j["lines"] = report.lines;
  return j;
}

/// One head alone, and one half of a calibration against the other, change less than quantised activations do by chance: exact unless asked.
ModelSpec modelOf(const CalibrateOptions& o) {
  ModelSpec spec = o.model.spec;
  if (!o.model.precisionGiven && (o.kind == "check" || o.kind == "loo")) spec.precision = Precision::Exact;
  return spec;
}

int calibrateModel(const CalibrateOptions& o, const Context& context) {
  if (o.kind == "check") {
    CheckOptions check = o.check;
    check.out = o.out;
    return checkCalibration(check, modelOf(o), o.seed, o.format, context);
  }
  const Kind& kind = findKind(o.kind);
  if (!o.tsv.empty() && o.kind != "gates") badInput("calibrate: --tsv goes with gates alone");
  if (!(o.lambda >= 0 && o.lambda <= 1e6)) badInput("calibrate: --lambda is between 0 and 1e6");
  CalibrateSpec spec;
  spec.light = o.light;
  spec.seed = o.seed;
  spec.corpus = o.corpus;
  if (!o.light) spec.expertCounts.push_back(5);  // the preset "tuned"
  if (!o.experts.empty()) spec.expertCounts.clear();
  for (const std::string& text : o.experts) {
    for (const int e : parseIntRanges("--num-experts", text, kMostExperts)) spec.expertCounts.push_back(e);
  }
  Progress progress(context);
  const std::unique_ptr<LoadedModel> model = loadModel(modelOf(o), progress.sink(), context.stop);
  const auto tell = [&](double share, const std::string& what) { progress.share(share, what); };
  const auto start = std::chrono::steady_clock::now();
  CalibrateReport report = kind.run(*model, spec, o, tell, context.stop);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string file = outFile(o, report.pattern.fingerprint);
  writePattern(report.pattern, file);
  progress.clear();
  const Json whole = reportJson(report, o, file);
  std::vector<Json> rows{whole};
  if (o.format == Format::Table || o.format == Format::Md) {
    rows.clear();
    for (const auto& [key, value] : whole.items()) rows.push_back({{"fact", key}, {"value", value.is_string() ? value : Json(jsonLine(value))}});
  }
  printRows(o.format, "calibration", rows, &whole);
  return 0;
}

}  // namespace

void addCalibrate(Commands& commands) {
  CLI::App& app = commands.add("calibrate", "Measures a model for duo, eplb and eplb_duo, and stores the pattern");
  const auto o = std::make_shared<CalibrateOptions>();
  app.add_option("kind", o->kind, kindsHelp())->type_name("KIND")->capture_default_str();
  o->model.add(app);
  app.get_option("--precision")->default_str("fast; loo and check exact");
  app.add_flag("--light", o->light, "Two documents, curves alone, equal gates");
  app.add_option("--num-experts", o->experts, "Expert lists to make, for instance 2,3,4")
      ->type_name("LIST")
      ->allow_extra_args(false)
      ->default_str("4,5; light 4");
  app.add_option("--corpus", o->corpus, "Folder of .txt files used before the bundled texts")->type_name("DIR");
  addInteger(app, "--steps", o->steps, 1, kMostSteps, "gates: steps of the optimisation, one text each");
  app.add_option("--lambda", o->lambda, "gates: price of a head that keeps everything")->type_name("X")->capture_default_str();
  app.add_option("--tsv", o->tsv, "gates: also write them as full_attention_heads.tsv, the form that DuoAttention publishes")->type_name("FILE");
  app.add_option("--lengths", o->check.lengths, "check: context tokens")->type_name("LIST")->capture_default_str();
  app.add_option("--ratios", o->check.ratios, "check: shares removed")->type_name("LIST")->capture_default_str();
  addInteger(app, "--texts", o->check.texts, 1, kMostTexts, "check: held-out texts of each length");
  addInteger(app, "-n,--n-new", o->check.newTokens, 1, kMostNew, "check: positions of each text");
  app.add_option("--file", o->check.file, "check: text that no calibration read, instead of a made-up one")->type_name("TEXT");
  app.add_option("--out", o->out,
                 "File to write; without it the user's data folder, where every command looks. check: folder of rows, continued there")
      ->type_name("FILE");
  addSeed(app, o->seed);
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return calibrateModel(*o, c); });
}

}  // namespace presslab::cli
