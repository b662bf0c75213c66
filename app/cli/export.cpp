// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// export: one run as a file or a folder.
#include "core/export/export.h"

#include <memory>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/api/error.h"
#include "core/api/run_store.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

struct ExportOptions {
  std::string run, format = "json", out = "-";
};

int exportRun(const ExportOptions& o, const Context& context) {
  const bool folder = o.format == "folder";
  if (!folder && o.format != "json" && o.format != "csv" && o.format != "md")
    badInput("--format: \"" + printable(o.format) + "\": json, csv, md or folder");
  if (folder && o.out == "-") badInput("export: --format folder needs --out DIR");
  const Comparison c = readRun(o.run);
  if (folder) {
    writeRunFolder(c, o.out);
  } else {
    const std::string content = o.format == "csv" ? summaryCsv(c) : o.format == "md" ? summaryMarkdown(c) : comparisonJson(c, true) + "\n";
    if (o.out == "-") {
      writeOut(content);
      flushOut();
      return 0;
    }
    writeFileAtomic(o.out, content);
  }
  if (!context.quiet) std::fprintf(stderr, "presslab-cli: run %s written to %s\n", printable(c.id).c_str(), printable(o.out).c_str());
  return 0;
}

}  // namespace

void addExport(Commands& commands) {
  CLI::App& app = commands.add("export", "One run as JSON, CSV, Markdown or a run folder");
  const auto o = std::make_shared<ExportOptions>();
  app.add_option("run", o->run, "A run of the history (id, the beginning of one, a name, \"last\"), a run folder or a file with one run")
      ->type_name("RUN")
      ->required();
  app.add_option("--format", o->format, "json: everything; csv: the summary; md: a report; folder: run.json and all tables")
      ->type_name("F")
      ->capture_default_str();
  app.add_option("--out", o->out, "File or folder; \"-\": standard output")->type_name("PATH")->capture_default_str();
  commands.onRun(app, [o](const Context& c) { return exportRun(*o, c); });
}

}  // namespace presslab::cli
