// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/api/metrics.h"

namespace presslab {

/// One column of the summary: table, CSV, JSON and Markdown all come from here.
struct MetricColumn {
  std::string_view key, header, unit;
  int decimals;
  double (*get)(const MethodMetrics&);
};  // NaN: not measured
std::span<const MetricColumn> metricColumns();
/// How people are shown a column: bytes as MiB, fractions as per cent. shown = raw * scale. Files keep the raw unit.
struct ShownMetric {
  std::string_view unit;
  double scale;
  int decimals;
};
ShownMetric shownMetric(const MetricColumn&);

/// Field names of design section 6; one line, no final newline. Non-finite numbers and figures that were not measured are null.
/// withHeads: heads, experts, balance and the context ids as well. Text that is not UTF-8 is written with U+FFFD.
std::string comparisonJson(const Comparison&, bool withHeads);
/// run.json back; unknown fields are ignored, null is "not measured". Throws Failure(BadInput) naming byte or field.
Comparison comparisonFromJson(std::string_view json);
/// Tables as RFC 4180 with a header line, '.' as decimal point, UTF-8 without a mark; an empty cell is "not measured". The first column
/// is the run id. A text cell that a spreadsheet would run, or that begins with an apostrophe, gets one apostrophe in front.
std::string summaryCsv(const Comparison&);  // a row a method: all metrics, then the stamp
std::string tokensCsv(const Comparison&);   // a row a method and new token
std::string headsCsv(const Comparison&);    // a row a method, layer and KV head
std::string expertsCsv(const Comparison&);  // a row a method, layer, expert and step of 64 context positions
std::string summaryMarkdown(const Comparison&);
std::string summaryTable(const Comparison&);  // for a terminal: summary, improvements, claims, verdict
/// run.json, tokens.csv, heads.csv, experts.csv, summary.csv, summary.md; each written beside and renamed, run.json last: a folder that
/// has one is complete. The folder is made. Throws Failure(Io).
void writeRunFolder(const Comparison&, const std::string& dir);
/// A run folder, the path of a run.json, or the id of a run in runsFolder(). Throws Failure: Io when it cannot be read, else BadInput.
Comparison readRunFolder(const std::string& dirOrId);
/// Where versions before the history (core/api/run_store.h) kept runs without --out: $XDG_DATA_HOME/presslab/runs.
std::string runsFolder();
/// Writes a file atomically (temporary beside it, fsync, rename, fsync of the folder): the old file or the new one, never a part. A link is
/// followed; what is not a regular file (a device, a pipe) is written into. Throws Failure(Io) with path, reason and bytes needed.
void writeFileAtomic(const std::string& path, std::string_view content);

}  // namespace presslab
