// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/store/sqlite.h"

#include <sqlite3.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

constexpr int kBusyMs = 10000;

std::string reasonOf(int code, sqlite3* db) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it locked (waited " + std::to_string(kBusyMs / 1000) + " s)";
    case SQLITE_NOTADB:
      return "is not a database; the file was left as it is";
    case SQLITE_CORRUPT:
      return "the database is damaged (" + printable(db ? sqlite3_errmsg(db) : "") + "); the file was left as it is";
    case SQLITE_READONLY:
      return "cannot be written";
    case SQLITE_FULL:
      return "no room is left on the disk";
    default:
      return printable(db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  }
}

}  // namespace

Database::Database(const std::string& path, Access access) : m_path(path) {
  if (path.empty() || path.find('\0') != std::string::npos) badInput("'" + printable(path) + "': is no path of a file");
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  // A device or a pipe would block or be written into.
  if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::not_found)
    throw Failure(ErrorCode::Io, printable(path) + ": is not a regular file");
  const int flags = access == Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &m_db, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) {
    const std::string reason = reasonOf(code, m_db);
    sqlite3_close(m_db);
    if ((code & 0xff) == SQLITE_NOMEM) throw Failure(ErrorCode::NoMemory, printable(path) + ": not enough memory");
    throw Failure(ErrorCode::Io, printable(path) + ": " + reason);
  }
  sqlite3_busy_timeout(m_db, kBusyMs);
  // What stands in a file that came from elsewhere is data: nothing in its schema is run on our behalf.
  sqlite3_db_config(m_db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(m_db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

Database::~Database() { sqlite3_close_v2(m_db); }

void Database::fail(int code) const {
  if ((code & 0xff) == SQLITE_NOMEM) throw Failure(ErrorCode::NoMemory, printable(m_path) + ": not enough memory");
  throw Failure(ErrorCode::Io, printable(m_path) + ": " + reasonOf(code, m_db));
}

void Database::run(const char* sql) const {
  const int code = sqlite3_exec(m_db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

int64_t Database::number(const char* sql) const {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::string Database::text(const char* sql) const {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : std::string();
}

int Database::changes() const { return sqlite3_changes(m_db); }

Statement::Statement(const Database& database, std::string_view sql) : m_database(database) {
  const int code = sqlite3_prepare_v2(database.m_db, sql.data(), int(sql.size()), &m_statement, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(m_statement); }

Statement& Statement::bind(int place, std::string_view text) {
  const char* data = text.data() ? text.data() : "";
  const int code = sqlite3_bind_text64(m_statement, place, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) m_database.fail(code);
  return *this;
}

Statement& Statement::bind(int place, int64_t number) {
  const int code = sqlite3_bind_int64(m_statement, place, number);
  if (code != SQLITE_OK) m_database.fail(code);
  return *this;
}

Statement& Statement::bind(int place, double number) {
  const int code = std::isfinite(number) ? sqlite3_bind_double(m_statement, place, number) : sqlite3_bind_null(m_statement, place);
  if (code != SQLITE_OK) m_database.fail(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(m_statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  m_database.fail(code);
}

void Statement::rewind() { sqlite3_reset(m_statement); }

void Statement::execute() {
  step();
  rewind();
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(m_statement, column);
  return text ? std::string(reinterpret_cast<const char*>(text), size_t(sqlite3_column_bytes(m_statement, column))) : std::string();
}

int64_t Statement::number(int column) const { return sqlite3_column_int64(m_statement, column); }

double Statement::real(int column) const {
  if (sqlite3_column_type(m_statement, column) == SQLITE_NULL) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(m_statement, column);
}

Transaction::~Transaction() {
  if (!m_open) return;
  try {
    m_database.run("ROLLBACK");
  } catch (const Failure&) {  // SQLite has rolled back itself after a full disk or a failed write
    m_open = false;
  }
}

}  // namespace presslab
