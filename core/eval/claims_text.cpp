// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The claims report as people read it.
#include <cmath>
#include <cstdio>

#include "core/api/claims_report.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

std::string figure(double x, int decimals) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, x);
  return text;
}

}  // namespace

ClaimFigures claimFigures(const ClaimRow& row) {
  const int n = row.unit == "GB" || row.unit == "nats" ? 4 : row.unit == "x" ? 2 : 1;
  ClaimFigures f;
  f.said = row.section == "tips" ? (std::isinf(row.hi) ? "> " + figure(row.lo, n) : "< " + figure(row.hi, n))
           : row.lo == row.hi    ? figure(row.lo, n)
                                 : figure(row.lo, n) + " - " + figure(row.hi, n);
  if (!std::isnan(row.measured)) f.measured = figure(row.measured, n);
  if (row.from != row.to && !std::isnan(row.from) && !std::isnan(row.to)) f.interval = figure(row.from, n) + " - " + figure(row.to, n);
  if (!std::isnan(row.bound)) f.bound = figure(row.bound, n);
  return f;
}

std::string claimsMarkdown(const ClaimsReport& r) {
  std::string out = "# The guide's claims on this machine\n\n";
  const Stamp& s = r.stamp;
  out += "Made by `" + s.commandLine + "`.\n\n";
  out += s.program + " " + s.version + (s.commit.empty() ? "" : " (" + s.commit + ")") + ", " + s.modelName + ", " + s.precision + ", KV " +
         s.kvType + ", " + s.cpu + ", " + std::to_string(s.threads) + " threads, " + figure(s.bandwidthGBs, 1) + " GB/s measured, " + s.time + "; " +
         std::to_string(r.spec.newTokens) + " tokens decoded, " + std::to_string(r.spec.repeat) + " repeats.\n\n";
  out +=
      "Each figure was measured in this run. Interval: lowest and highest of the repeats for speeds, 95 % bootstrap over blocks of 8 positions for "
      "agreement; bytes are counted and have none. Bound: what reading weights and kept cache allows for speeds, what the ratio asks for memory. "
      "A claim holds when the measured value reaches its lower end.\n\n";
  int holds = 0, not_ = 0, cannot = 0;
  for (const ClaimRow& row : r.rows) (row.verdict == "holds" ? holds : row.verdict == "does not hold" ? not_ : cannot) += 1;
  out += "Of " + std::to_string(r.rows.size()) + " judgements " + std::to_string(holds) + " hold, " + std::to_string(not_) + " do not, and " +
         std::to_string(cannot) + " cannot hold here.\n";
  if (!r.complete) out += "\nThe report is not finished: what follows was measured until it was stopped.\n";
  for (const std::string& note : r.notes) out += "\n" + note + ".\n";
  std::string head;
  for (const ClaimRow& row : r.rows) {
    const std::string title =
        row.section == "tips" ? "The guide's tips, " + grouped(row.length) + " tokens" : grouped(row.length) + " tokens, equal " + row.match;
    if (title != head) {
      head = title;
      out += "\n## " + title + "\n\n| claim | where | said | measured | interval | bound | verdict | reason |\n|---|---|--:|--:|--:|--:|---|---|\n";
    }
    const ClaimFigures f = claimFigures(row);
    out += "| " + row.text + " | " + row.section + " | " + f.said + " | " + (f.measured.empty() ? "-" : f.measured) + " " + row.unit + " | " +
           f.interval + " | " + f.bound + " | " + row.verdict + " | " + row.reason + " |\n";
  }
  return out;
}

}  // namespace presslab
