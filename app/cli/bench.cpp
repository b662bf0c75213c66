// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// bench: llama-bench's job, options and fields, over the engine.
#include <algorithm>
#include <memory>

#include "app/cli/bench_fields.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/progress.h"
#include "app/cli/spec_list.h"
#include "core/api/error.h"
#include "core/bench/int_ranges.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr int kMostTokens = 1 << 24, kMostThreads = 1024, kMostRepetitions = 100000;

struct BenchOptions {
  BenchSpec spec;
  ModelOptions model;
  std::vector<std::string> models, prompts, gens, depths, threads, pairs, presses, typesK, typesV;
  Format format = Format::Md;
  bool noWarmup = false;
};

/// Lists may be given several times; the first use takes the place of the default.
void expand(const char* option, const std::vector<std::string>& given, int limit, std::vector<int>& out) {
  if (given.empty()) return;
  out.clear();
  for (const std::string& text : given) {
    const std::vector<int> values = parseIntRanges(option, text, limit);
    out.insert(out.end(), values.begin(), values.end());
  }
}

void expandPairs(const std::vector<std::string>& given, std::vector<std::pair<int, int>>& out) {
  for (const std::string& text : given) {
    const std::vector<int> values = parseIntRanges("-pg", text, kMostTokens);
    if (values.size() != 2 || text.find('-') != std::string::npos) badInput("-pg: \"" + printable(text) + "\": write prompt,generated");
    out.emplace_back(values[0], values[1]);
  }
}

/// K and V are of one type: two lists that differ are refused, not ignored.
void expandTypes(const std::vector<std::string>& keys, const std::vector<std::string>& values, std::vector<std::optional<KvType>>& out) {
  const auto split = [](const char* option, const std::vector<std::string>& given) {
    std::vector<std::optional<KvType>> types;
    for (const std::string& text : given) {
      for (size_t from = 0; from <= text.size();) {
        const size_t comma = std::min(text.find(',', from), text.size());
        types.push_back(parseKvType(option, text.substr(from, comma - from)));
        from = comma + 1;
      }
    }
    return types;
  };
  const auto k = split("-ctk", keys), v = split("-ctv", values);
  if (!k.empty() && !v.empty() && k != v) badInput("-ctk and -ctv: this cache holds keys and values in one type");
  if (!k.empty() || !v.empty()) out = k.empty() ? v : k;
}

BenchSpec specOf(BenchOptions& o) {
  BenchSpec spec = o.spec;
  spec.model = o.model.spec;
  if (!o.models.empty()) spec.models = o.models;
  expand("-p", o.prompts, kMostTokens, spec.prompts);
  expand("-n", o.gens, kMostTokens, spec.gens);
  expand("-d", o.depths, kMostTokens, spec.depths);
  expand("-t", o.threads, kMostThreads, spec.threads);
  expandPairs(o.pairs, spec.promptGens);
  expandTypes(o.typesK, o.typesV, spec.kvTypes);
  if (!o.presses.empty()) spec.presses.clear();
  for (const std::string& text : o.presses) {
    const std::vector<std::string> specs = parseSpecs("--press", text);
    spec.presses.insert(spec.presses.end(), specs.begin(), specs.end());
  }
  spec.warmup = !o.noWarmup;
  return spec;
}

/// Rows on their way out: Markdown as llama-bench prints it, the other formats as everywhere.
class BenchOutput {
 public:
  BenchOutput(Format format, bool press)
      : m_format(format),
        m_press(press),
        m_rows(format, "presslab_bench", "CREATE VIEW IF NOT EXISTS llama_bench AS SELECT * FROM presslab_bench;\n") {}
  void row(const BenchRow& r) {
    if (!people()) {
      m_rows.row(benchJson(r, m_format == Format::Json || m_format == Format::Jsonl));
      return;
    }
    if (!m_begun) writeOut(benchMarkdownHead(m_press));
    m_begun = true;
    writeOut(benchMarkdownRow(r, m_press));
    flushOut();
  }
  void finish() {
    if (!people()) m_rows.finish();
    flushOut();
  }

 private:
  bool people() const { return m_format == Format::Md || m_format == Format::Table; }
  Format m_format;
  bool m_press, m_begun = false;
  RowWriter m_rows;
};

int bench(BenchOptions& o, const Context& context) {
  const BenchSpec spec = specOf(o);
  Progress progress(context);
  BenchOutput out(o.format, std::any_of(spec.presses.begin(), spec.presses.end(), [](const std::string& p) { return p != "none"; }));
  const auto onRow = [&](const BenchRow& row) {
    progress.clear();
    out.row(row);
  };
  try {
    runBench(
        spec, onRow, progress.sink(), [&](double share, const std::string& what) { progress.share(share, what); }, context.stop);
  } catch (const Failure&) {
    out.finish();  // what was measured stands
    throw;
  }
  out.finish();
  return 0;
}

}  // namespace

void addBench(Commands& commands) {
  CLI::App& app = commands.add("bench", "Speed of prompt processing (pp) and text generation (tg), in llama-bench's terms");
  app.footer(
      "Lists: 512,1024  first-last  first-last+step  first-last*factor; an option may be repeated. A value of 0 leaves that test out.\n"
      "-d tokens are prefilled, and compressed by the press, before the clock starts. Without -d the press compresses the -p tokens; that time is\n"
      "in compress_ns, not in the rate. Behind a compressed depth the -p tokens enter one by one, as they do in a conversation.");
  const auto o = std::make_shared<BenchOptions>();
  o->model.add(app, true);
  const auto list = [&](const char* names, std::vector<std::string>& target, const char* type, const char* help, const char* shown) {
    app.add_option(names, target, help)->type_name(type)->allow_extra_args(false)->default_str(shown);
  };
  list("-m,--model", o->models, "M", "Model, may be repeated", "the default model");
  list("-p,--n-prompt", o->prompts, "LIST", "Prompt tokens", "512");
  list("-n,--n-gen", o->gens, "LIST", "Generated tokens", "128");
  list("-d,--n-depth", o->depths, "LIST", "Tokens that stand before the test", "0");
  list("--pg", o->pairs, "P,N", "Prompt, then generation, as one test (also -pg)", "");
  list("-t,--threads", o->threads, "LIST", "Threads; 0: as many as serve best", "0");
  list("--cache-type-k", o->typesK, "LIST", "Type of keys in the cache (also -ctk): f32, f16, bf16, q8_0", "");
  list("--cache-type-v", o->typesV, "LIST", "Type of values (also -ctv); the same as of keys", "");
  list("--press", o->presses, "SPECS", "Press specs, separated by ;", "none");
  addInteger(app, "-r,--repetitions", o->spec.repetitions, 1, kMostRepetitions, "Measured repetitions of a test");
  app.add_flag("--no-warmup", o->noWarmup, "Without the discarded first run");
  app.add_flag("--no-calibrate", o->spec.noCalibrate, "Never calibrate a model on the way");
  addSeed(app, o->spec.seed);
  addFormat(app, o->format, "-o,--output,--format");
  commands.onRun(app, [o](const Context& c) { return bench(*o, c); });
}

}  // namespace presslab::cli
