// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace presslab {

/// A connection to one SQLite file; one thread at a time. Errors are Failure with file and reason.
class Database {
 public:
  enum class Access { ReadOnly, Make };
  Database(const std::string& path, Access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& path() const { return m_path; }
  /// Runs statements that return nothing of interest.
  void run(const char* sql) const;
  /// The first column of the first row; 0 and "" where there is none.
  int64_t number(const char* sql) const;
  std::string text(const char* sql) const;
  int changes() const;
  [[noreturn]] void fail(int code) const;

 private:
  friend class Statement;
  std::string m_path;
  sqlite3* m_db = nullptr;
};

/// One prepared statement. Parameters are bound by place, from 1; columns are read by place, from 0.
class Statement {
 public:
  Statement(const Database&, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int place, std::string_view text);  // the text must live until the statement has run
  Statement& bind(int place, const std::string& text) { return bind(place, std::string_view(text)); }
  Statement& bind(int place, const char* text) { return bind(place, std::string_view(text)); }
  Statement& bind(int place, int64_t number);
  Statement& bind(int place, int number) { return bind(place, int64_t{number}); }
  Statement& bind(int place, double number);  // not a number: NULL

  /// True where there is a row.
  bool step();
  /// Makes the statement ready to be bound and stepped again.
  void rewind();
  /// Steps once and rewinds.
  void execute();

  std::string text(int column) const;
  int64_t number(int column) const;
  double real(int column) const;  // NULL: not a number

 private:
  const Database& m_database;
  sqlite3_stmt* m_statement = nullptr;
};

/// One operation: rolled back unless committed. A write takes the lock at once, so that what it reads stays true; reads of one transaction
/// see one state of the file.
class Transaction {
 public:
  enum class Kind { Write, Read };
  explicit Transaction(const Database& database, Kind kind = Kind::Write) : m_database(database) {
    m_database.run(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    m_database.run("COMMIT");
    m_open = false;
  }

 private:
  const Database& m_database;
  bool m_open = true;
};

}  // namespace presslab
