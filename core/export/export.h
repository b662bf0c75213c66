// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/api/metrics.h"

namespace presslab {

/// One column of the summary: table, CSV, JSON and Markdown all come from here.
struct MetricColumn { std::string_view key, header, unit; int decimals; double (*get)(const MethodMetrics&); };  // NaN: not measured
std::span<const MetricColumn> metricColumns();

std::string comparisonJson(const Comparison&, bool withHeads);   // field names of design section 6
Comparison comparisonFromJson(std::string_view json);            // run.json back; throws Failure(BadInput)
std::string summaryCsv(const Comparison&);
std::string tokensCsv(const Comparison&);
std::string headsCsv(const Comparison&);
std::string expertsCsv(const Comparison&);
std::string summaryMarkdown(const Comparison&);
std::string summaryTable(const Comparison&);                     // for a terminal: summary, improvements, claims, verdict
/// run.json, tokens.csv, heads.csv, experts.csv, summary.csv, summary.md; each written beside and renamed. Throws Failure(Io).
void writeRunFolder(const Comparison&, const std::string& dir);
Comparison readRunFolder(const std::string& dirOrId);
/// Where runs without --out are kept: $XDG_DATA_HOME/presslab/runs.
std::string runsFolder();
/// Writes a file atomically (temporary beside it, fsync, rename). Throws Failure(Io).
void writeFileAtomic(const std::string& path, std::string_view content);

}  // namespace presslab
