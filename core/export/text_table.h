// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// A table of short texts. Columns of numbers are right-aligned, others left-aligned.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  bool unitsRow = false;  // the first row holds units
};

/// The figures people look at first, in shown units; columns that no method has are left out. First column: the methods.
TextTable summaryRows(const Comparison&);
/// The improvement pairs: method, against, memory, time, speed, KL ratio.
TextTable improvementRows(const Comparison&);
/// "30 to 50, measured 49.2"
std::string claimFigures(const Claim&);
/// Tokens, model, device and the like, "name: value" each; without the command line.
std::vector<std::string> stampLines(const Comparison&);

/// Aligned for a terminal. A first cell wider than `widest` stands on a line of its own above its row.
std::string alignedTable(const TextTable&, int widest);
std::string markdownTable(const TextTable&);
/// One line of plain text: nothing in it is mark-up, ends a cell or leaves the line.
std::string markdownText(const std::string& text);
/// Breaks at blanks so that lines stay within `width` columns; lines after the first begin with `indent`.
std::string wrapped(const std::string& text, int width, const std::string& indent);

}  // namespace presslab
