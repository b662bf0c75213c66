// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

enum class ParamType { Bool, Int, Float, Text, Choice, Press };

/// One argument of a press: the single source of the form, the command line, the docs and the tests.
struct ParamSpec {
  std::string_view key, label;  // key as in a spec text
  ParamType type = ParamType::Float;
  std::string_view unit;    // "tok", "share", ""
  double min = 0, max = 0;  // for Int and Float; inclusive min
  std::string_view def;     // default as spec text
  std::string_view help;
  std::string_view source;    // paper or definition
  std::string_view choices;   // for Choice: "a|b|c"
  std::string_view aliases;   // "compression_ratio" ...; '|' separated
  bool maxExclusive = false;  // ratio: [0,1)
};

/// One row of the press table.
struct PressInfo {
  std::string_view id, title, summary, source;
  std::span<const ParamSpec> params;
  bool ragged = false;  // heads of one layer may keep different counts
  bool wrapper = false;
};

/// The whole table, in display order. Static lifetime.
std::span<const PressInfo> pressTable();
const PressInfo* findPress(std::string_view id);

/// Parses a spec, validates it (names, ranges, impossible pairs) and returns its canonical text. Throws Failure(BadInput)
/// naming the column (1-based) of the fault.
std::string canonicalPressSpec(std::string_view spec);

}  // namespace presslab
