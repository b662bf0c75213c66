// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// calibrate: measures what the routed family needs to know about a model, once.
#include "core/calibrate/calibrate.h"

#include <filesystem>
#include <memory>

#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/api/error.h"
#include "core/bench/int_ranges.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostExperts = 64;

struct CalibrateOptions {
  std::string kind = "routed";
  ModelOptions model;
  bool light = false;
  std::vector<std::string> experts;
  std::string corpus, out;
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

/// A new head order must not cost the model its curves and gates: those of the pattern in use are carried over.
void keepExpertLists(LoadedModel& model, CalibrateReport& report, std::stop_token stop) {
  const PatternChoice choice = obtainPattern(model, true, {}, stop);
  if (!choice.pattern || choice.pattern->sets.empty()) return;
  report.pattern.sets = choice.pattern->sets;
  report.pattern.importance = choice.pattern->importance;
  report.lines.push_back("expert lists carried over from " + choice.path);
}

/// The pattern in use (a light one is made where there is none), with the model's query statistics.
CalibrateReport withStatistics(LoadedModel& model, const CalibrateSpec& spec, const std::function<void(double, const std::string&)>& tell,
                               std::stop_token stop) {
  const PatternChoice choice = obtainPattern(model, false, tell, stop);
  CalibrateReport report;
  report.pattern = *choice.pattern;
  report.pattern.stats = measureQueries(model, spec, tell, stop);
  report.lines.push_back("query mean, covariance and Q-Filters beside the pattern of " + (choice.path.empty() ? choice.kind : choice.path));
  return report;
}

/// Query statistics outlive a new pattern.
void keepStatistics(LoadedModel& model, CalibrateReport& report, std::stop_token stop) {
  const PatternChoice choice = obtainPattern(model, true, {}, stop);
  if (choice.pattern) report.pattern.stats = choice.pattern->stats;
}

Json reportJson(const CalibrateReport& report, const CalibrateOptions& o, const std::string& file) {
  Json j;
  j["kind"] = o.kind;
  j["mode"] = o.light ? "light" : "full";
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

int calibrateModel(const CalibrateOptions& o, const Context& context) {
  if (o.kind != "routed" && o.kind != "duo" && o.kind != "stats") badInput("calibrate: \"" + printable(o.kind) + "\": routed, duo or stats");
  CalibrateSpec spec;
  spec.light = o.light || o.kind == "duo";  // head order alone needs neither gates nor further expert lists
  spec.seed = o.seed;
  spec.corpus = o.corpus;
  if (!o.experts.empty()) spec.expertCounts.clear();
  for (const std::string& text : o.experts) {
    for (const int e : parseIntRanges("--num-experts", text, kMostExperts)) spec.expertCounts.push_back(e);
  }
  Progress progress(context);
  const std::unique_ptr<LoadedModel> model = loadModel(o.model.spec, progress.sink(), context.stop);
  const auto tell = [&](double share, const std::string& what) { progress.share(share, what); };
  CalibrateReport report = o.kind == "stats" ? withStatistics(*model, spec, tell, context.stop) : calibrate(*model, spec, tell, context.stop);
  if (o.kind != "stats") keepStatistics(*model, report, context.stop);
  if (o.kind == "duo") keepExpertLists(*model, report, context.stop);
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
  app.add_option("kind", o->kind, "routed (curves and gates), duo (head order) or stats (queries)")->type_name("KIND")->capture_default_str();
  o->model.add(app);
  app.add_flag("--light", o->light, "Two documents, curves alone, equal gates");
  app.add_option("--num-experts", o->experts, "Expert lists to make, for instance 2,3,4")
      ->type_name("LIST")
      ->allow_extra_args(false)
      ->default_str("4");
  app.add_option("--corpus", o->corpus, "Folder of .txt files used before the bundled texts")->type_name("DIR");
  app.add_option("--out", o->out, "File to write; without it the user's data folder, where every command looks")->type_name("FILE");
  addSeed(app, o->seed);
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return calibrateModel(*o, c); });
}

}  // namespace presslab::cli
