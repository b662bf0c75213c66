// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <string>
#include <string_view>

#include "core/export/text_cells.h"

namespace presslab {

/// Builds a table as RFC 4180 says: CRLF, quotes where needed. Numbers are written as numbers, texts guarded against spreadsheets.
class CsvWriter {
 public:
  void text(std::string_view value) { cell(quoted(guarded(cleanUtf8(value)))); }
  void number(double value) { cell(exactNumber(value)); }
  void number(std::integral auto value) { cell(std::to_string(value)); }
  void empty() { cell({}); }
  void endRow() {
    m_out += "\r\n";
    m_first = true;
  }
  std::string take() { return std::move(m_out); }

  /// `'` in front of a text that a spreadsheet would run as a formula, and of one that begins with `'`: taking one leading `'` away gives
  /// the text back.
  static std::string guarded(std::string value);

 private:
  static std::string quoted(std::string value);
  void cell(std::string_view value) {
    if (!m_first) m_out += ',';
    m_first = false;
    m_out += value;
  }
  std::string m_out;
  bool m_first = true;
};

}  // namespace presslab
