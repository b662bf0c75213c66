// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/output.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "core/api/error.h"
#include "core/export/csv.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr auto kReplace = Json::error_handler_t::replace;

bool isEmptyCell(const Json& v) { return v.is_null() || (v.is_number_float() && !std::isfinite(v.get<double>())); }

/// A cell as plain text.
std::string cellText(const Json& v) {
  if (isEmptyCell(v)) return {};
  return v.is_string() ? v.get<std::string>() : v.dump(-1, ' ', false, kReplace);
}

std::string csvHeader(const Json& row) {
  CsvWriter line;
  for (const auto& [key, value] : row.items()) line.text(key);
  line.endRow();
  return line.take();
}

std::string csvLine(const Json& row) {
  CsvWriter line;
  for (const Json& v : row) {
    if (isEmptyCell(v))
      line.empty();
    else if (v.is_number_float())
      line.number(v.get<double>());
    else if (v.is_number_unsigned())
      line.number(v.get<uint64_t>());
    else if (v.is_number())
      line.number(v.get<int64_t>());
    else
      line.text(cellText(v));
  }
  line.endRow();
  return line.take();
}

std::string sqlCell(const Json& v) {
  if (isEmptyCell(v)) return "NULL";
  if (v.is_boolean()) return v.get<bool>() ? "1" : "0";
  if (v.is_number()) return v.dump();
  std::string out = "'";
  for (const char c : cellText(v)) {
    if (c != '\0') out.append(c == '\'' ? 2 : 1, c);
  }
  return out + "'";
}

const char* sqlType(const Json& v) {
  if (v.is_number_float()) return "REAL";
  return v.is_number() || v.is_boolean() ? "INTEGER" : "TEXT";
}

/// A cell of a table for people: one line, numbers short.
std::string shownCell(const Json& v, bool markdown) {
  if (v.is_number_float() && std::isfinite(v.get<double>())) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", v.get<double>());
    return text;
  }
  const std::string text = printable(cellText(v), size_t(1) << 20);
  if (!markdown) return text;
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

size_t shownWidth(const std::string& text) { return size_t(displayWidth(text)); }

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, shownWidth(text)), ' ');
  return right ? space + text : text + space;
}

std::string joined(const std::vector<std::string>& cells, const std::string& between) {
  std::string out;
  for (size_t i = 0; i < cells.size(); ++i) out += (i ? between : "") + cells[i];
  return out;
}

/// Rows in columns: for a terminal, or a Markdown table.
std::string columns(const std::vector<Json>& rows, bool markdown) {
  if (rows.empty()) return {};
  std::vector<std::vector<std::string>> cells(1);
  std::vector<size_t> width;
  std::vector<bool> right;
  for (const auto& [key, value] : rows[0].items()) {
    cells[0].push_back(key);
    width.push_back(shownWidth(key));
    right.push_back(value.is_number());
  }
  for (const Json& row : rows) {
    std::vector<std::string> line;
    for (const auto& [key, value] : row.items()) line.push_back(shownCell(value, markdown));
    for (size_t i = 0; i < line.size(); ++i) width[i] = std::max(width[i], shownWidth(line[i]));
    cells.push_back(std::move(line));
  }
  std::string out;
  for (size_t r = 0; r < cells.size(); ++r) {
    for (size_t i = 0; i < cells[r].size(); ++i) cells[r][i] = padded(cells[r][i], width[i], right[i]);
    std::string line = markdown ? "| " + joined(cells[r], " | ") + " |" : joined(cells[r], "  ");
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    if (markdown && r == 0) {
      out += "|";
      for (size_t i = 0; i < width.size(); ++i) out += " " + std::string(std::max<size_t>(width[i], 2) - 1, '-') + (right[i] ? ": |" : "- |");
      out += "\n";
    }
  }
  return out;
}

void pretty(const Json& v, size_t indent, std::string& out) {
  const bool deep = v.is_structured() && std::any_of(v.begin(), v.end(), [](const Json& x) { return x.is_object(); });
  if (v.empty() || !(v.is_object() || (v.is_array() && deep))) {
    out += v.dump(-1, ' ', false, kReplace);
    return;
  }
  out += v.is_object() ? "{\n" : "[\n";
  bool first = true;
  for (const auto& [key, value] : v.items()) {
    if (!first) out += ",\n";
    first = false;
    out.append(indent + 2, ' ');
    if (v.is_object()) out += Json(key).dump(-1, ' ', false, kReplace) + ": ";
    pretty(value, indent + 2, out);
  }
  out += "\n" + std::string(indent, ' ') + (v.is_object() ? "}" : "]");
}

}  // namespace

Format formatOf(const std::string& text) {
  static const std::pair<const char*, Format> kNames[] = {{"table", Format::Table}, {"json", Format::Json}, {"jsonl", Format::Jsonl},
                                                          {"csv", Format::Csv},     {"md", Format::Md},     {"sql", Format::Sql}};
  for (const auto& [name, format] : kNames) {
    if (text == name) return format;
  }
  badInput("format \"" + printable(text) + "\": table, json, jsonl, csv, md or sql");
}

void addFormat(CLI::App& app, Format& format, const std::string& names) {
  static const char* kShown[] = {"table", "json", "jsonl", "csv", "md", "sql"};
  app.add_option_function<std::string>(
         names, [&format](const std::string& text) { format = formatOf(text); }, "Output: table, json, jsonl, csv, md or sql")
      ->type_name("F")
      ->default_str(kShown[size_t(format)]);
}

RowWriter::RowWriter(Format format, std::string table, std::string extraSql)
    : m_format(format), m_table(std::move(table)), m_extraSql(std::move(extraSql)) {}

void RowWriter::head(const Json& object) {
  if (m_begun) return;
  m_begun = true;
  if (m_format == Format::Csv) writeOut(csvHeader(object));
  if (m_format != Format::Sql) return;
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back("  " + key + " " + sqlType(value));
  writeOut("CREATE TABLE IF NOT EXISTS " + m_table + " (\n" + joined(names, ",\n") + "\n);\n" + m_extraSql);
}

void RowWriter::row(const Json& object) {
  head(object);
  std::vector<std::string> cells, names;
  switch (m_format) {
    case Format::Jsonl:
      writeOut(jsonLine(object) + "\n");
      break;
    case Format::Csv:
      writeOut(csvLine(object));
      break;
    case Format::Sql:
      for (const auto& [key, value] : object.items()) {
        names.push_back(key);
        cells.push_back(sqlCell(value));
      }
      writeOut("INSERT INTO " + m_table + " (" + joined(names, ", ") + ") VALUES (" + joined(cells, ", ") + ");\n");
      break;
    default:
      m_rows.push_back(object);
      return;
  }
  flushOut();
}

void RowWriter::finish(const Json* whole) {
  if (m_format == Format::Json) writeOut(jsonText(whole ? *whole : Json(m_rows)) + "\n");
  if (m_format == Format::Table || m_format == Format::Md) writeOut(columns(m_rows, m_format == Format::Md));
  m_rows.clear();
  flushOut();
}

void printRows(Format format, const std::string& table, const std::vector<Json>& rows, const Json* whole) {
  if (format == Format::Jsonl && whole && whole->is_object()) {
    writeOut(jsonLine(*whole) + "\n");
    flushOut();
    return;
  }
  RowWriter writer(format, table);
  if (format != Format::Json || !whole) {
    for (const Json& row : rows) writer.row(row);
  }
  writer.finish(whole);
}

std::string csvText(const std::vector<Json>& rows) {
  std::string out = rows.empty() ? "" : csvHeader(rows[0]);
  for (const Json& row : rows) out += csvLine(row);
  return out;
}

std::string jsonText(const Json& v) {
  std::string out;
  pretty(v, 0, out);
  return out;
}

std::string jsonLine(const Json& v) { return v.dump(-1, ' ', false, kReplace); }

void writeOut(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    throw Failure(ErrorCode::Io, std::string("standard output: ") + std::strerror(errno));
}

void flushOut() {
  if (std::fflush(stdout) != 0) throw Failure(ErrorCode::Io, std::string("standard output: ") + std::strerror(errno));
}

std::string bytesText(double bytes) {
  static const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit < 4; ++unit) bytes /= 1024;
  char text[40];
  std::snprintf(text, sizeof text, unit ? "%.2f %s" : "%.0f %s", bytes, kUnits[unit]);
  return text;
}

std::string decimalText(double x, int decimals) {
  if (std::isnan(x)) return "";
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, x);
  return text;
}

}  // namespace presslab::cli
