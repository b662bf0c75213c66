// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/run_spec.h"

namespace presslab {

class Lab;

/// The comparison guide's claims, judged on this machine.
struct ClaimsSpec {
  ModelSpec model{};
  std::vector<int> lengths{500, 1000, 2000, 4000, 8000};                   // context tokens of synthetic documents
  std::vector<Match> matches{Match::Ratio, Match::Bytes, Match::Quality};  // each at most once
  double ratio = .5;                                                       // of the first comparison; the guide's recommendation
  int tipLength = 1000;                                                    // at which its tips are tried; 0: they are not
  int newTokens = 64, repeat = 2;
  bool noCalibrate = false;
  std::string outDir{};  // claims.md and claims.json, written after every comparison; empty: nowhere
  bool resume = false;   // a report must be in outDir: its settings are taken from there, what it has is not measured again
  std::string commandLine{};
};

struct ClaimRow {
  std::string id, section, text, match, unit;  // section: "table", "text", "sample output", "conclusion", "tips"
  int length = 0;
  double lo = 0, hi = 0;                  // what the guide says
  double measured = 0, from = 0, to = 0;  // interval: spread of repeats (speed), bootstrap over positions (quality), counted (memory: the same)
  double bound = 0;                       // what physics or the budget allows at most; NaN: none is known
  std::string verdict, reason;            // as Claim
};

/// The figures of a row as they are shown everywhere, with the decimals of their unit. Empty: there is none.
struct ClaimFigures {
  std::string said, measured, interval, bound;  // in the row's unit
};
ClaimFigures claimFigures(const ClaimRow&);

/// A comparison that is finished: a length under a match, or the tips.
struct ClaimsPart {
  int length = 0;
  std::string match;  // "ratio", "bytes", "quality", "tips"
  bool operator==(const ClaimsPart&) const = default;
};

struct ClaimsReport {
  ClaimsSpec spec;
  Stamp stamp;
  std::vector<ClaimRow> rows;
  std::vector<std::string> notes;
  std::vector<ClaimsPart> done;
  int resumed = 0;        // parts that were there already
  bool complete = false;  // every part of the spec is done
  bool cancelled = false;
  int exitCode = 0;
  std::string error;
};

struct ClaimsProgress {
  double share = 0, etaSeconds = -1;  // < 0: unknown
  std::string what;
  std::shared_ptr<const ClaimsReport> report;  // the report so far, when a comparison has just added to it
};
using ClaimsSink = std::function<void(const ClaimsProgress&)>;  // on the calling thread; may be empty

/// Runs none, duo and eplb_duo at every length under the spec's matches, then the guide's tips at one length. Lengths beyond the model's positions
/// are left out with a note. Never throws; what was finished is returned. Engine thread.
ClaimsReport reportClaims(Lab&, const ClaimsSpec&, const ClaimsSink&, std::stop_token) noexcept;
/// Rows of one comparison of none, duo and eplb_duo. Pure arithmetic; deterministic.
std::vector<ClaimRow> claimRows(const Comparison&);
std::string claimsMarkdown(const ClaimsReport&);
/// One JSON object with stamp, settings and rows, one line.
std::string claimsJson(const ClaimsReport&);
/// A report as claimsJson wrote it, finished or not: a folder with claims.json, or the file. Null is "not measured" ("no limit" as upper end of a
/// band). Throws Failure: Io when it cannot be read, BadInput naming file and place when it is none.
ClaimsReport readClaims(const std::string& path);

}  // namespace presslab
