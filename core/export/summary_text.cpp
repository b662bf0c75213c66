// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/export/export.h"
#include "core/export/text_cells.h"
#include "core/export/text_table.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

constexpr int kWidth = 120;

/// Columns left for the methods' names when everything else is as wide as it must be.
int roomForNames(const TextTable& t) {
  int others = 0;
  for (size_t i = 1; i < t.header.size(); ++i) {
    int width = displayWidth(t.header[i]);
    for (const auto& row : t.rows) width = std::max(width, displayWidth(row[i]));
    others += width + 2;
  }
  return std::max(kWidth - others, 12);
}

std::string line(const std::string& text, const std::string& indent) { return wrapped(printable(text), kWidth, indent); }

std::string remarks(const MethodMetrics& m) {
  std::string out;
  const std::string name = printable(m.method);
  if (m.failed) out += line(name + ": failed: " + m.error, "  ");
  if (m.cancelled) out += line(name + ": cancelled" + (m.error.empty() ? "" : ": " + m.error), "  ");
  if (!m.calibration.empty() && m.calibration != "none") out += line(name + ": calibration " + m.calibration, "  ");
  for (const std::string& note : m.notes) out += line(name + ": " + note, "  ");
  return out;
}

/// Header cells in two lines, name above unit: narrow enough for a terminal.
std::string summaryBlock(const TextTable& t) {
  TextTable shown = t;
  std::vector<std::string> units{""};
  for (size_t i = 1; i < t.header.size(); ++i) {
    const size_t blank = t.header[i].rfind(' ');
    units.push_back(t.header[i].substr(blank + 1));
    shown.header[i] = t.header[i].substr(0, blank);
  }
  shown.rows.insert(shown.rows.begin(), units);
  shown.unitsRow = true;
  return alignedTable(shown, roomForNames(shown));
}

}  // namespace

std::string summaryTable(const Comparison& c) {
  std::string out = summaryBlock(summaryRows(c));
  std::string notes;
  for (const MethodMetrics& m : c.methods) notes += remarks(m);
  if (!notes.empty()) out.append("\n").append(notes);
  if (!c.improvements.empty()) {
    const TextTable t = improvementRows(c);
    out.append("\nimprovements\n").append(alignedTable(t, roomForNames(t)));
  }
  if (!c.claims.empty()) out += "\nclaims\n";
  for (const Claim& claim : c.claims) {
    out +=
        line(claim.verdict + " (" + claim.match + "): " + claim.text + ": " + claimFigures(claim) + (claim.reason.empty() ? "" : ": " + claim.reason),
             "    ");
  }
  if (c.cancelled) out += "\nThe run was cancelled; what was finished is shown.\n";
  if (!c.verdict.empty()) out.append("\n").append(line(c.verdict, ""));
  return out;
}

std::string summaryMarkdown(const Comparison& c) {
  std::string out = markdownTable(summaryRows(c));
  std::string notes;
  for (const MethodMetrics& m : c.methods) {
    if (m.failed) notes += "- " + markdownText(m.method) + ": failed: " + markdownText(m.error) + "\n";
    if (m.cancelled) notes += "- " + markdownText(m.method) + ": cancelled\n";
    for (const std::string& note : m.notes) notes += "- " + markdownText(m.method) + ": " + markdownText(note) + "\n";
  }
  if (!notes.empty()) out.append("\n").append(notes);
  if (!c.improvements.empty()) out.append("\n").append(markdownTable(improvementRows(c)));
  if (!c.claims.empty()) {
    TextTable t;
    t.header = {"claim", "match", "band and measured", "verdict", "reason"};
    for (const Claim& claim : c.claims) t.rows.push_back({claim.text, claim.match, claimFigures(claim), claim.verdict, claim.reason});
    out.append("\n").append(markdownTable(t));
  }
  if (!c.verdict.empty()) out.append("\n").append(markdownText(c.verdict)).append("\n");
  out += "\n";
  for (const std::string& text : stampLines(c)) out.append("- ").append(markdownText(text)).append("\n");
  // As a block of code, so that it can be copied as it is.
  if (!c.stamp.commandLine.empty()) out.append("\n```sh\n").append(printable(c.stamp.commandLine)).append("\n```\n");
  return out;
}

}  // namespace presslab
