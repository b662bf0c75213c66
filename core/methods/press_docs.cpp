// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/press_docs.h"

#include <charconv>

#include "core/api/press_info.h"

namespace presslab {
namespace {

constexpr std::string_view kHead =
    "<!-- SPDX-FileCopyrightText: 2026 The PressLab developers -->\n"
    "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
    "<!-- Generated from the press table; PRESSLAB_UPDATE_DOCS=1 in the environment of tst_press_docs writes it again -->\n"
    "# Presses\n\n"
    "A press spec is text, the same in the window, on the command line, in presets and in files:\n\n"
    "```\n"
    "spec   = step { \"+\" step }\n"
    "step   = name [ \"(\" [ arg { \",\" arg } ] \")\" ]\n"
    "arg    = name \"=\" value | step\n"
    "value  = step | text | quoted\n"
    "```\n\n"
    "- White space may stand between any two of these. Names are case-sensitive.\n"
    "- A step without a key is the press inside a wrapper: `wrapper(press(ratio=0.5))`.\n"
    "- Numbers have a decimal point; integers are read exactly; truth values are `true` and `false` (`1`, `0`, `yes`, `no`, `on`, `off` too).\n"
    "- A text ends at a comma or a closing bracket. One that holds a comma, bracket, quote or semicolon, starts or ends with a space, or is empty\n"
    "  stands in quotes, with a quote written twice: `calibration=\"maps (old), v2.safetensors\"`, `experts=\"\"`. `:` `/` `.` `|` need none.\n"
    "- `a+b` runs one step after the other: each sees what the one before kept, as if the rest had never been in the context, and keeps\n"
    "  `int(n * (1 - ratio))` of the `n` tokens of a head. The ratio of all is `1 - (1 - r1)(1 - r2)...`. Steps after the first are scorers. Of the\n"
    "  family `duo`, `eplb`, `eplb_duo` one sequence is possible, the guide's `eplb(ratio=0.35)+duo(ratio=0.15)`, which frees 44.75 %.\n"
    "- What is not known, out of range or impossible is refused when the spec is parsed, with its column.\n"
    "- At most 4,096 bytes, 8 levels, 16 steps.\n";

std::string number(double v) {
  char text[40];
  return std::string(text, std::to_chars(text, text + sizeof text, v).ptr);
}

std::string typeName(ParamType t) {
  switch (t) {
    case ParamType::Bool:
      return "truth value";
    case ParamType::Int:
      return "integer";
    case ParamType::Float:
      return "number";
    case ParamType::Text:
      return "text";
    case ParamType::Choice:
      return "choice";
    default:
      return "press";
  }
}

/// Text of a table cell: a bar would end it.
std::string cell(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string rangeOf(const ParamSpec& p) {
  if (p.type == ParamType::Choice) return cell(p.choices);
  if (p.type != ParamType::Int && p.type != ParamType::Float) return "";
  return "[" + number(p.min) + ", " + number(p.max) + (p.maxExclusive ? ")" : "]");
}

std::string parameterRow(const ParamSpec& p) {
  std::string row = "| `" + std::string(p.key) + "`";
  for (std::string_view rest = p.aliases; !rest.empty();) {
    const size_t end = rest.find('|');
    row += ", `" + std::string(rest.substr(0, end)) + "`";
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
  row += " | " + typeName(p.type) + " | " + std::string(p.unit) + " | " + rangeOf(p) + " | ";
  row += p.type == ParamType::Press ? "" : p.def.empty() ? "empty" : "`" + std::string(p.def) + "`";
  return row + " | " + cell(p.help) + " | " + cell(p.source) + " |\n";
}

}  // namespace

std::string renderPressDocs() {
  std::string out(kHead);
  for (const PressInfo& press : pressTable()) {
    out += "\n## `" + std::string(press.id) + "`: " + std::string(press.title) + "\n\n" + std::string(press.summary) + ".";
    if (!press.source.empty()) out += " Source: " + std::string(press.source) + ".";
    if (press.ragged) out += " Heads of a layer may keep different counts.";
    if (press.wrapper) out += " A wrapper: it holds another press.";
    out += "\n";
    if (press.params.empty()) continue;
    out += "\n| parameter | type | unit | range | default | what it does | source |\n| --- | --- | --- | --- | --- | --- | --- |\n";
    for (const ParamSpec& p : press.params) out += parameterRow(p);
  }
  return out;
}

}  // namespace presslab
