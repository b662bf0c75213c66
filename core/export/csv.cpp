// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/export/csv.h"

namespace presslab {
namespace {

bool startsWithAny(std::string_view s, std::initializer_list<std::string_view> heads) {
  for (const std::string_view h : heads) {
    if (s.starts_with(h)) return true;
  }
  return false;
}

/// Would a spreadsheet take this line for a formula? Leading blanks do not stop it, nor do the full-width forms of the signs.
bool runsAsFormula(std::string_view line) {
  if (startsWithAny(line, {"\t", "\r"})) return true;
  while (!line.empty()) {
    if (line[0] == ' ' || line[0] == '\t')
      line.remove_prefix(1);
    else if (line.starts_with("\xC2\xA0"))
      line.remove_prefix(2);
    else
      break;
  }
  return startsWithAny(line, {"=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"});
}

}  // namespace

std::string CsvWriter::guarded(std::string value) {
  bool risky = value.starts_with('\'');
  for (size_t at = 0; !risky && at <= value.size();) {
    risky = runsAsFormula(std::string_view(value).substr(at));
    const size_t end = value.find_first_of("\r\n", at);
    at = end == std::string::npos ? value.size() + 1 : end + 1;
  }
  if (risky) value.insert(0, 1, '\'');
  return value;
}

std::string CsvWriter::quoted(std::string value) {
  // A blank at either end is kept by quoting; some readers trim a bare cell.
  const bool blankEnd = !value.empty() && (value.front() == ' ' || value.back() == ' ');
  if (!blankEnd && value.find_first_of(",\"\r\n\t'") == std::string::npos) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace presslab
