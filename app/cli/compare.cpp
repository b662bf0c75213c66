// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// compare: the main job.
#include <memory>

#include "app/cli/compare_suite.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/cli/spec_list.h"
#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr int kMostNew = 1 << 24, kMostRepeats = 1000, kDefaultContext = 2000;

struct CompareOptions {
  ModelOptions model;
  PromptOptions prompt;
  SamplingOptions sampling;
  std::string methods = "none;duo(ratio=0.5);eplb_duo(ratio=0.5)", match = "ratio", mode = "timed", suite = "quick", continuation = "greedy", out;
  bool methodsGiven = false, noCalibrate = false, noQuality = false, noHistory = false;
  int newTokens = 64, repeat = 1;
  Format format = Format::Table;
};

Match matchOf(const std::string& text) {
  if (text == "ratio") return Match::Ratio;
  if (text == "bytes") return Match::Bytes;
  if (text == "quality") return Match::Quality;
  badInput("--match: \"" + printable(text) + "\": ratio, bytes or quality");
}

CompareSpec specOf(const CompareOptions& o, const Context& context) {
  CompareSpec spec;
  spec.model = o.model.spec;
  spec.methods = parseSpecs("--methods", o.methods);
  spec.match = matchOf(o.match);
  if (o.mode != "timed" && o.mode != "race") badInput("--mode: \"" + printable(o.mode) + "\": timed or race");
  spec.mode = o.mode == "race" ? RunMode::Race : RunMode::Timed;
  if (o.continuation != "text" && o.continuation != "greedy") badInput("--continuation: \"" + printable(o.continuation) + "\": text or greedy");
  spec.continuationFromText = o.continuation == "text";
  spec.maxNewTokens = o.newTokens;
  spec.repeat = o.repeat;
  spec.quality = !o.noQuality;
  spec.noCalibrate = o.noCalibrate;
  spec.sampling = o.sampling.sampling;
  spec.outDir = o.out;
  spec.commandLine = context.commandLine;
  return spec;
}

int compare(const CompareOptions& o, const Context& context) {
  if (o.suite != "quick" && o.suite != "full") badInput("--suite: \"" + printable(o.suite) + "\": quick or full");
  CompareSpec spec = specOf(o, context);
  const bool full = o.suite == "full";
  if (full && o.prompt.given()) badInput("--suite full makes its own documents: --tokens, --prompt, --prompt-file and --context do not go with it");
  if (full && o.methodsGiven) badInput("--suite full has its own methods: --methods does not go with it");
  PromptOptions prompt = o.prompt;
  if (!prompt.given()) prompt.context = kDefaultContext;
  spec.prompt = prompt.read(spec.model.path, context.stop);
  return full ? runFullSuite(spec, o.format, !o.noHistory, context) : compareOnce(spec, o.format, !o.noHistory, context);
}

}  // namespace

void addCompare(Commands& commands) {
  CLI::App& app = commands.add("compare", "Several methods on the same tokens: memory, time and quality side by side");
  const auto o = std::make_shared<CompareOptions>();
  o->model.add(app);
  o->prompt.add(app, true);
  app.add_option_function<std::string>(
         "--methods",
         [o](const std::string& text) {
           o->methods = text;
           o->methodsGiven = true;
         },
         "Press specs, separated by ;")
      ->type_name("SPECS")
      ->default_str(o->methods);
  addInteger(app, "-n,--n-new", o->newTokens, 1, kMostNew, "New tokens of every method");
  addInteger(app, "--repeat", o->repeat, 1, kMostRepeats, "Timed repeats of every method");
  app.add_option("--match", o->match, "Compare at equal ratio, bytes or quality")->type_name("WHAT")->capture_default_str();
  app.add_option("--mode", o->mode, "timed: methods alone, one after the other; race: one prefill, then a token of each in turn, no speeds")
      ->type_name("HOW")
      ->capture_default_str();
  app.add_option("--suite", o->suite, "quick: one comparison; full: 1,000, 2,000 and 4,000 tokens at three ratios")
      ->type_name("WHICH")
      ->capture_default_str();
  app.add_option("--continuation", o->continuation, "Quality on the baseline's greedy answer, or on the text's own end")
      ->type_name("WHAT")
      ->capture_default_str();
  app.add_option("--out", o->out, "Folder for run.json and the CSV files")->type_name("DIR");
  app.add_flag("--no-quality", o->noQuality, "Without the untimed quality passes");
  app.add_flag("--no-calibrate", o->noCalibrate, "Never calibrate the model on the way");
  app.add_flag("--no-history", o->noHistory, "Do not keep the run in the history (presslab-cli runs)");
  o->sampling.add(app);
  addFormat(app, o->format);
  app.footer("Without a prompt a made-up document of 2,000 tokens is used.");
  commands.onRun(app, [o](const Context& c) { return compare(*o, c); });
}

}  // namespace presslab::cli
