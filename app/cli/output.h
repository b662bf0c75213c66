// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace presslab::cli {

using Json = nlohmann::ordered_json;  // fields stay in the order they were written

enum class Format { Table, Json, Jsonl, Csv, Md, Sql };

/// --format with all six values. The option's default is the format's value on entry.
void addFormat(CLI::App&, Format&, const std::string& names = "--format");
Format formatOf(const std::string& text);  // throws Failure(BadInput)

/// Rows of data, each an object with the same fields, written to stdout in one format. This is the only place that knows how a format looks:
/// csv is RFC 4180 in the C locale with text that a spreadsheet would run as a formula made harmless; a value that is not a number is an
/// empty cell, null in JSON, NULL in SQL. csv, jsonl and sql are written row by row, the others when finished.
class RowWriter {
 public:
  /// table: name of the SQL table. extraSql: further statements after CREATE TABLE.
  RowWriter(Format format, std::string table, std::string extraSql = {});
  void row(const Json& object);
  /// Writes what waits; `whole` is what the json format prints instead of the array of rows.
  void finish(const Json* whole = nullptr);

 private:
  void head(const Json& object);

  Format m_format;
  std::string m_table, m_extraSql;
  std::vector<Json> m_rows;
  bool m_begun = false;
};

/// All rows at once. `whole` is what json prints instead, and jsonl when it is an object.
void printRows(Format, const std::string& table, const std::vector<Json>& rows, const Json* whole = nullptr);

/// Header and rows as CSV text.
std::string csvText(const std::vector<Json>& rows);

/// JSON text whose arrays of plain values stand on one line. Invalid UTF-8 becomes U+FFFD.
std::string jsonText(const Json&);
/// One line of JSON.
std::string jsonLine(const Json&);

/// Writes to stdout; throws Failure(Io) when it cannot be written.
void writeOut(std::string_view text);
void flushOut();

/// "93.81 MiB", "1.50 GiB".
std::string bytesText(double bytes);

/// A number for a table, "" where there is none (NaN).
std::string decimalText(double x, int decimals);

}  // namespace presslab::cli
