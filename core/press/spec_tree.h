// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

struct SpecNode;

/// `key=value`, or a press in a place of its own. Columns are 1-based and count characters.
struct SpecArg {
  std::string key;   // empty: no key was written
  std::string text;  // value as text, without its quotes
  bool quoted = false;
  std::unique_ptr<SpecNode> press;  // value `id(...)`, or a name without a key
  int keyColumn = 0, column = 0;    // of the key and of the value
};

/// One press as it was written: a name with arguments that nothing has checked against the table.
struct SpecNode {
  std::string id;
  std::vector<SpecArg> args;
  int column = 0;
};

/// The steps of a sequence, at least one. The grammar:
///
///     spec   = step { "+" step }
///     step   = name [ "(" [ arg { "," arg } ] ")" ]
///     arg    = name "=" value | step
///     value  = step | text | quoted
///
/// White space may stand between any two of these. A text ends at a comma or closing bracket; `"..."` holds any text, with `""` for a
/// quote. Throws Failure(BadInput) naming the column of the fault. At most 4096 characters, 8 levels, 16 steps.
std::vector<SpecNode> parseSpec(std::string_view spec);

/// Throws Failure(BadInput) "press spec, column N: text".
[[noreturn]] void specError(int column, const std::string& text);

}  // namespace presslab
