// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/export/text_table.h"

#include <algorithm>

#include "core/export/text_cells.h"

namespace presslab {
namespace {

int columnWidth(const TextTable& t, size_t column, int widest) {
  int width = displayWidth(t.header[column]);
  for (const auto& row : t.rows) {
    const int w = displayWidth(row[column]);
    if (w <= widest) width = std::max(width, w);
  }
  return width;
}

/// "+1.5", "1.6e-06", "-" for no number; a unit in the first row ("MiB") does not count.
bool isNumberColumn(const TextTable& t, size_t column) {
  for (size_t r = 0; r < t.rows.size(); ++r) {
    const std::string& cell = t.rows[r][column];
    if (!(r == 0 && t.unitsRow) && (cell.empty() || cell.find_first_not_of("+-.0123456789e") != std::string::npos)) return false;
  }
  return column > 0 && !t.rows.empty();
}

void appendRow(std::string& out, const std::vector<std::string>& cells, const std::vector<int>& widths, const std::vector<bool>& right) {
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string blanks(size_t(std::max(0, widths[i] - displayWidth(cells[i]))), ' ');
    if (i > 0) out += "  ";
    out += right[i] ? blanks + cells[i] : cells[i] + blanks;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
}

void appendMarkdownRow(std::string& out, const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) out.append("| ").append(markdownText(cell)).append(" ");
  out += "|\n";
}

}  // namespace

std::string alignedTable(const TextTable& t, int widest) {
  std::vector<int> widths;
  std::vector<bool> right;
  for (size_t i = 0; i < t.header.size(); ++i) {
    widths.push_back(columnWidth(t, i, i == 0 ? widest : INT32_MAX));
    right.push_back(isNumberColumn(t, i));
  }
  std::string out;
  appendRow(out, t.header, widths, right);
  for (const auto& row : t.rows) {
    if (displayWidth(row[0]) <= widest) {
      appendRow(out, row, widths, right);
      continue;
    }
    out += row[0] + '\n';
    auto figures = row;
    figures[0].clear();
    appendRow(out, figures, widths, right);
  }
  return out;
}

std::string markdownText(const std::string& text) {
  std::string out;
  for (const char c : cleanUtf8(text)) {
    if (std::string_view("|\\*_`[]<").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return out;
}

std::string markdownTable(const TextTable& t) {
  std::string out;
  appendMarkdownRow(out, t.header);
  for (size_t i = 0; i < t.header.size(); ++i) out += isNumberColumn(t, i) ? "|---:" : "|---";
  out += "|\n";
  for (const auto& row : t.rows) appendMarkdownRow(out, row);
  return out;
}

std::string wrapped(const std::string& text, int width, const std::string& indent) {
  std::string out, line;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (!line.empty() && displayWidth(line) + 1 + displayWidth(word) > width) {
      out += line + '\n';
      line = indent + word;
    } else {
      line += (line.empty() || line == indent ? "" : " ") + word;
    }
  }
  return out + line + '\n';
}

}  // namespace presslab
