// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <string>

#include "core/api/error.h"
#include "core/api/run_store.h"
#include "core/export/export.h"
#include "tests/core/export/export_test.h"

namespace presslab::test {

/// What a call was refused with; code 0: it was not.
struct Refusal {
  int code = 0;
  std::string text;
};
template <class F>
Refusal refusal(F&& f) {
  try {
    f();
  } catch (const Failure& e) {
    return {int(e.code()), e.what()};
  }
  return {};
}

/// A small run with figures that can be checked by hand.
inline Comparison smallRun(const std::string& id, const std::string& time) {
  Comparison c;
  c.id = id;
  c.stamp.time = time;
  c.stamp.modelName = "SmolLM2";
  c.stamp.modelHash = "m1";
  c.stamp.promptHash = "p1";
  c.stamp.commandLine = "presslab-cli compare --context 64";
  c.contextTokens = 64;
  for (const char* spec : {"none", "duo(ratio=0.5)"}) {
    MethodMetrics m;
    m.method = spec;
    m.newTokens = 4;
    m.kvBytes = m.method == "none" ? 4000 : 2000;
    m.kvBytesFull = 4000;
    m.decodeTokS = m.method == "none" ? 100 : 150;
    m.quality.measured = true;
    m.quality.kldMean = m.method == "none" ? 0 : 0.25;
    m.quality.top1Agree = 1;
    c.methods.push_back(m);
  }
  return c;
}

/// Statements of a test's own, past the store.
inline void runSql(const QString& file, const QByteArray& sql) {
  sqlite3* db = nullptr;
  char* why = nullptr;
  const bool ok = sqlite3_open(file.toUtf8().constData(), &db) == SQLITE_OK && sqlite3_exec(db, sql.constData(), nullptr, nullptr, &why) == SQLITE_OK;
  if (!ok) qFatal("%s: %s", qPrintable(file), why ? why : "cannot be opened");
  sqlite3_close(db);
}

inline QByteArray bytesOf(const QString& file) {
  QFile f(file);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray("not there");
}

inline void writeBytes(const QString& file, const QByteArray& content) {
  QFile f(file);
  if (!f.open(QIODevice::WriteOnly) || f.write(content) != content.size()) qFatal("%s cannot be written", qPrintable(file));
}

inline std::vector<std::string> idsOf(const std::vector<StoredRun>& runs) {
  std::vector<std::string> out;
  for (const StoredRun& r : runs) out.push_back(r.id);
  return out;
}

}  // namespace presslab::test
