// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/compare_suite.h"

#include <filesystem>

#include "app/cli/progress.h"
#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/api/run_store.h"
#include "core/export/export.h"

namespace presslab::cli {
namespace {

constexpr int kLengths[] = {1000, 2000, 4000};
constexpr const char* kRatios[] = {"0.3", "0.5", "0.7"};
constexpr int64_t kQuestionRoom = 256;  // positions for template and question

void printError(const RunOutcome& outcome) {
  if (!outcome.error.empty()) std::fprintf(stderr, "presslab-cli: %s\n", outcome.error.c_str());
}

/// A history that cannot be written costs a remark, never a result.
void keep(const RunOutcome& outcome, bool history, const Context& context) {
  if (!history || !outcome.comparison) return;
  const std::string why = keepInHistory(*outcome.comparison);
  if (!why.empty() && !context.quiet) std::fprintf(stderr, "presslab-cli: %s\n", why.c_str());
}

/// Methods that failed alone are told; the others stand.
int codeOf(const RunOutcome& outcome) {
  if (outcome.exitCode != 0 || !outcome.comparison) return outcome.exitCode;
  for (const MethodMetrics& m : outcome.comparison->methods) {
    if (m.failed) {
      std::fprintf(stderr, "presslab-cli: %s: %s\n", m.method.c_str(), m.error.c_str());
      return int(ErrorCode::Failed);
    }
  }
  return 0;
}

/// The summary's columns of one method, under the keys of the CSV.
Json summaryRow(const MethodMetrics& m) {
  Json row;
  row["method"] = m.method;
  row["calibration"] = m.calibration;
  for (const MetricColumn& c : metricColumns()) row[std::string(c.key)] = c.get(m);
  row["error"] = m.error;
  return row;
}

void print(const Comparison& c, Format format) {
  std::vector<Json> rows;
  Json whole;
  switch (format) {
    case Format::Table:
      writeOut(summaryTable(c));
      break;
    case Format::Json:
      writeOut(comparisonJson(c, false) + "\n");
      break;
    case Format::Csv:
      writeOut(summaryCsv(c));
      break;
    case Format::Md:
      writeOut(summaryMarkdown(c));
      break;
    case Format::Jsonl:
      whole = Json::parse(comparisonJson(c, false));
      for (const Json& m : whole["methods"]) writeOut(jsonLine(m) + "\n");
      break;
    case Format::Sql:
      for (const MethodMetrics& m : c.methods) rows.push_back(summaryRow(m));
      printRows(format, "comparison", rows);
      break;
  }
  flushOut();
}

}  // namespace

int compareOnce(const CompareSpec& spec, Format format, bool history, const Context& context) {
  Lab lab;
  RunOutcome outcome;
  {
    Progress progress(context);
    progress.setMethods(spec.methods);
    outcome = lab.compare(spec, progress.sink(), context.stop);
  }
  if (outcome.comparison && !outcome.comparison->methods.empty()) print(*outcome.comparison, format);
  keep(outcome, history, context);
  printError(outcome);
  return codeOf(outcome);
}

int runFullSuite(const CompareSpec& base, Format format, bool history, const Context& context) {
  Lab lab;
  Progress progress(context);
  const ModelInfo model = lab.load(base.model, progress.sink(), context.stop);
  std::vector<Json> rows;
  RowWriter out(format, "suite");
  int code = 0;
  for (const int length : kLengths) {
    if (length + base.maxNewTokens + kQuestionRoom > model.contextLength) {
      progress.note(std::to_string(length) + " tokens left out: the model has " + std::to_string(model.contextLength) + " positions");
      continue;
    }
    for (const char* ratio : kRatios) {
      CompareSpec spec = base;
      spec.prompt.contextTokens = length;
      spec.methods = {"none", std::string("duo(ratio=") + ratio + ")", std::string("eplb_duo(ratio=") + ratio + ")"};
      if (!base.outDir.empty()) spec.outDir = (std::filesystem::path(base.outDir) / ("T" + std::to_string(length) + "_r" + ratio)).string();
      progress.note(std::to_string(length) + " tokens, ratio " + ratio);
      progress.setMethods(spec.methods);
      const RunOutcome outcome = lab.compare(spec, progress.sink(), context.stop);
      progress.clear();
      if (outcome.comparison) {
        for (const MethodMetrics& m : outcome.comparison->methods) {
          Json row{{"length", length}, {"ratio", std::stod(ratio)}};
          row.update(summaryRow(m));
          out.row(row);
          rows.push_back(std::move(row));
        }
      }
      keep(outcome, history, context);
      printError(outcome);
      if (code == 0) code = codeOf(outcome);
      if (context.stop.stop_requested()) break;
    }
    if (context.stop.stop_requested()) break;
  }
  out.finish();
  if (!base.outDir.empty() && !rows.empty()) {
    std::filesystem::create_directories(base.outDir);
    writeFileAtomic((std::filesystem::path(base.outDir) / "suite.csv").string(), csvText(rows));
  }
  return code;
}

}  // namespace presslab::cli
