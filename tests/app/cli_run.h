// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

inline const QString kTinyModel = QStringLiteral(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf");

/// What one run of presslab-cli left.
struct CliResult {
  int code = -1;
  QByteArray out, err;
  QJsonDocument json() const { return QJsonDocument::fromJson(out); }
};

/// Runs presslab-cli with a data and cache folder of its own, from "/", so that nothing depends on where it is called.
class CliRun {
 public:
  CliRun() {
    QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"})
      env.insert(QLatin1String(name), m_home.filePath(QLatin1String(name)));
    env.remove(QStringLiteral("PRESSLAB_HISTORY"));  // else it would lead out of those folders
    env.insert(QStringLiteral("PRESSLAB_MODELS"), QStringLiteral(PRESSLAB_SOURCE_DIR "/build/models"));
    m_process.setProcessEnvironment(env);
    m_process.setWorkingDirectory(QStringLiteral("/"));
  }

  void start(const QStringList& arguments) { m_process.start(QStringLiteral(PRESSLAB_BIN_DIR "/presslab-cli"), arguments); }
  CliResult finish(int timeoutMs = 240000) {
    CliResult r;
    if (!m_process.waitForFinished(timeoutMs)) {
      m_process.kill();
      m_process.waitForFinished();
      return r;
    }
    r.code = m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    r.out = m_process.readAllStandardOutput();
    r.err = m_process.readAllStandardError();
    return r;
  }
  CliResult run(const QStringList& arguments, const QByteArray& input = {}) {
    start(arguments);
    m_process.write(input);
    m_process.closeWriteChannel();
    return finish();
  }
  QProcess& process() { return m_process; }

  /// A file with this content in the run's own folder.
  QString file(const QString& name, const QByteArray& content) {
    QFile f(m_home.filePath(name));
    if (!f.open(QIODevice::WriteOnly) || f.write(content) != content.size()) qFatal("no temporary file");
    return f.fileName();
  }
  QString path(const QString& name) const { return m_home.filePath(name); }

 private:
  QTemporaryDir m_home;
  QProcess m_process;
};

inline CliResult cli(const QStringList& arguments, const QByteArray& input = {}) { return CliRun().run(arguments, input); }

/// A JSON array of `count` ids below 256.
inline QByteArray idsJson(int count) {
  QByteArray out = "[";
  for (int i = 0; i < count; ++i) out += (i ? "," : "") + QByteArray::number((i * 37 + i / 7) % 256);
  return out + "]";
}

inline bool defaultModelIsThere() { return cli({QStringLiteral("inspect"), QStringLiteral("--format"), QStringLiteral("json")}).code == 0; }

/// Rows of CSV text; quoted cells may hold commas and doubled quotes.
inline QList<QStringList> csvRows(const QByteArray& text) {
  QList<QStringList> rows;
  QStringList row;
  QString cell;
  bool quoted = false;
  const QString all = QString::fromUtf8(text);
  for (int i = 0; i < all.size(); ++i) {
    const QChar c = all[i];
    if (quoted && c == QLatin1Char('"') && i + 1 < all.size() && all[i + 1] == c) {
      cell += c;
      ++i;
    } else if (c == QLatin1Char('"')) {
      quoted = !quoted;
    } else if (!quoted && (c == QLatin1Char(',') || c == QLatin1Char('\n'))) {
      row << cell;
      cell.clear();
      if (c == QLatin1Char('\n')) {
        rows << row;
        row.clear();
      }
    } else if (quoted || c != QLatin1Char('\r')) {
      cell += c;
    }
  }
  return rows;
}
