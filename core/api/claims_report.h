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
  std::vector<int> lengths{500, 1000, 2000, 4000, 8000};  // context tokens of synthetic documents
  double ratio = .5;                                      // of the first comparison; the guide's recommendation
  int tipLength = 1000;                                   // at which its tips are tried
  int newTokens = 64, repeat = 2;
  bool noCalibrate = false;
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

struct ClaimsReport {
  ClaimsSpec spec;
  Stamp stamp;
  std::vector<ClaimRow> rows;
  std::vector<std::string> notes;
  std::vector<std::shared_ptr<const Comparison>> runs;
  bool cancelled = false;
  int exitCode = 0;
  std::string error;
};

using ClaimsSink = std::function<void(double share, const std::string& what)>;

/// Runs none, duo and eplb_duo at every length under the matches ratio, bytes and quality, then the guide's tips at one length. Lengths beyond the
/// model's positions are left out with a note. Never throws; what was finished is returned. Engine thread.
ClaimsReport reportClaims(Lab&, const ClaimsSpec&, const ClaimsSink&, std::stop_token) noexcept;
/// Rows of one comparison of none, duo and eplb_duo. Pure arithmetic; deterministic.
std::vector<ClaimRow> claimRows(const Comparison&);
std::string claimsMarkdown(const ClaimsReport&);
/// One JSON object with stamp and rows, one line.
std::string claimsJson(const ClaimsReport&);

}  // namespace presslab
