// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// runs: the history. Without a further word it lists.
#include <algorithm>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/input.h"
#include "app/cli/numbers.h"
#include "app/cli/run_rows.h"
#include "app/cli/runs_compare.h"
#include "core/api/error.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr int kMostRuns = 1 << 24;

struct RunsOptions {
  RunQuery query;
  Format format = Format::Table;
  std::string run, text, path;
  std::vector<std::string> names, runs;
  bool yes = false;
};

using Act = std::function<int(const RunsOptions&, const Context&)>;

void remark(const Context& context, const std::string& text) {
  if (!context.quiet) std::fprintf(stderr, "presslab-cli: %s\n", text.c_str());
}

std::vector<std::string> resolved(const RunStore& store, const std::vector<std::string>& references) {
  std::vector<std::string> ids;
  for (const std::string& reference : references) {
    const std::string id = store.resolve(reference);
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

std::string count(size_t n) { return std::to_string(n) + (n == 1 ? " run" : " runs"); }

int list(const RunsOptions& o, const Context& context) {
  const RunStore store = openHistory();
  const std::vector<StoredRun> runs = store.list(o.query);
  if (runs.empty()) remark(context, "no run in " + printable(store.path()) + " matches");
  printRuns(o.format, runs);
  return 0;
}

std::string shownLabels(const StoredRun& r) {
  std::string out;
  const auto line = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out.append(name).append(": ").append(printable(value)).append("\n");
  };
  std::string tags;
  for (const std::string& tag : r.tags) tags.append(tags.empty() ? "" : ", ").append(tag);
  line("name", r.name);
  line("tags", tags);
  line("state", r.state);
  for (size_t from = 0; from < r.note.size();) {
    const size_t end = std::min(r.note.find('\n', from), r.note.size());
    line("note", r.note.substr(from, end - from));
    from = end + 1;
  }
  return out.empty() ? out : out + "\n";
}

int show(const RunsOptions& o, const Context&) {
  const RunStore store = openHistory();
  const std::string id = store.resolve(o.run);
  const StoredRun run = store.find(id);
  if (o.format == Format::Csv || o.format == Format::Sql) {
    printRuns(o.format, {run});
    return 0;
  }
  const Comparison c = store.load(id);
  if (o.format == Format::Table || o.format == Format::Md) {
    writeOut(o.format == Format::Table ? shownLabels(run) + summaryTable(c) : summaryMarkdown(c));
    flushOut();
    return 0;
  }
  Json whole = runJson(run);
  whole["run"] = Json::parse(comparisonJson(c, false));
  printRows(o.format, "runs", {whole}, &whole);
  return 0;
}

int tag(const RunsOptions& o, const Context&) {
  RunStore store = openHistory();
  store.addTags(store.resolve(o.run), o.names);
  return 0;
}

int untag(const RunsOptions& o, const Context&) {
  RunStore store = openHistory();
  store.removeTags(store.resolve(o.run), o.names);
  return 0;
}

int note(const RunsOptions& o, const Context& context) {
  constexpr uint64_t kMost = uint64_t{1} << 20;
  RunStore store = openHistory();
  std::string text = o.text == "-" ? readInput("-", kMost, context.stop) : o.text;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  store.setNote(store.resolve(o.run), text);
  return 0;
}

int name(const RunsOptions& o, const Context&) {
  RunStore store = openHistory();
  store.setName(store.resolve(o.run), o.text);
  return 0;
}

int remove(const RunsOptions& o, const Context& context) {
  RunStore store = openHistory();
  const std::vector<std::string> ids = resolved(store, o.runs);
  if (!o.yes) {
    std::string all;
    for (const std::string& id : ids) all += (all.empty() ? "" : ", ") + id;
    badInput("delete takes " + count(ids.size()) + " away for good (" + printable(all, 400) + "): say --yes");
  }
  store.erase(ids);
  remark(context, count(ids.size()) + " deleted");
  return 0;
}

int import(const RunsOptions& o, const Context&) {
  RunStore store = openHistory();
  const ImportReport report = store.importFrom(o.path);
  for (const std::string& why : report.refused) std::fprintf(stderr, "presslab-cli: not imported: %s\n", printable(why).c_str());
  Json row;
  row["added"] = report.added;
  row["skipped"] = report.skipped;
  row["refused"] = report.refused.size();
  printRows(o.format, "import", {row}, &row);
  return report.refused.empty() ? 0 : int(ErrorCode::BadInput);
}

int exportFile(const RunsOptions& o, const Context& context) {
  const RunStore store = openHistory();
  std::vector<std::string> ids = resolved(store, o.runs);
  if (ids.empty()) {
    for (const StoredRun& run : store.list(o.query)) ids.push_back(run.id);
    if (ids.empty()) badInput("runs export: no run in " + printable(store.path()) + " matches");
  }
  remark(context, count(size_t(store.exportTo(o.path, ids))) + " written to " + printable(o.path));
  return 0;
}

int compare(const RunsOptions& o, const Context& context) {
  const RunStore store = openHistory();
  return compareRuns(store, resolved(store, o.runs), o.format, context);
}

struct Word {
  const char *name, *help;
  Act act;
  bool run, names, text, path, runs;
};

}  // namespace

void addRuns(Commands& commands) {
  CLI::App& app = commands.add("runs", "The history: list, show, label, delete, import and export finished comparisons");
  const auto o = std::make_shared<RunsOptions>();
  app.add_option("--search", o->query.words, "Words that all occur in id, time, name, model, methods, tags, note or command")->type_name("WORDS");
  app.add_option("--tag", o->query.tags, "Only runs with this tag; several: with all of them")->type_name("TAG")->allow_extra_args(false);
  addInteger(app, "--limit", o->query.limit, 1, kMostRuns, "At most so many, the newest");
  addFormat(app, o->format);
  app.require_subcommand(0, 1);
  app.footer(
      "ID is the id of a run, the beginning of one or of its last part, the name given to a run, or \"last\". The history is\n"
      "$PRESSLAB_HISTORY, else presslab/history.db in $XDG_DATA_HOME or ~/.local/share.");
  static const Word kWords[] = {
      {"show", "One run: labels, figures, gains, claims", show, true, false, false, false, false},
      {"compare", "Runs laid over each other: figures with gains over the first run, over none and over Duo; settings that differ", compare, false,
       false, false, false, true},
      {"tag", "Give a run tags", tag, true, true, false, false, false},
      {"untag", "Take tags away", untag, true, true, false, false, false},
      {"note", "Set the note of a run (\"-\": from standard input; \"\": none)", note, true, false, true, false, false},
      {"name", "Set the name of a run (\"\": none)", name, true, false, true, false, false},
      {"delete", "Delete runs for good", remove, false, false, false, false, true},
      {"import", "Take runs in: a file of runs, a run.json, a run folder or a folder of them", import, false, false, false, true, false},
      {"export", "Write runs into one file that another history imports; without ids: all that --search and --tag leave", exportFile, false, false,
       false, true, true}};
  std::vector<std::pair<CLI::App*, Act>> acts;
  for (const Word& w : kWords) {
    CLI::App& word = *app.add_subcommand(w.name, w.help);
    word.fallthrough();
    if (w.run) word.add_option("id", o->run, "The run")->type_name("ID")->required();
    if (w.names) word.add_option("tags", o->names, "Tags")->type_name("NAME")->required();
    if (w.text) word.add_option("text", o->text, "The text")->type_name("TEXT")->required();
    if (w.path) word.add_option("path", o->path, "The file")->type_name("FILE")->required();
    if (w.runs) word.add_option("ids", o->runs, "Runs")->type_name("ID")->required(!w.path);
    if (std::string_view(w.name) == "delete") word.add_flag("--yes", o->yes, "Do it without asking");
    acts.emplace_back(&word, w.act);
  }
  commands.onRun(app, [o, acts](const Context& context) {
    for (const auto& [word, act] : acts) {
      if (word->parsed()) return act(*o, context);
    }
    return list(*o, context);
  });
}

}  // namespace presslab::cli
