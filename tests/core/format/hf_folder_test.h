// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A Hugging Face folder of a seeded checkpoint, copied for each test and changed by one thing.
#pragma once
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>

#include "core/format/format_test.h"
#include "core/format/hf_config.h"

namespace presslab::test {

inline QByteArray bytesOf(const QString& path) {
  QFile f(path);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

inline QString checkpoint(const char* name) { return QStringLiteral(PRESSLAB_TEST_DATA "/checkpoints/") + QString::fromLatin1(name); }

class HfFolderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
  }

 protected:
  QString at(const QString& name) const { return m_folder->filePath(name); }
  void copy(const char* name) {
    for (const QString& file : QDir(checkpoint(name)).entryList(QDir::Files))
      QVERIFY(QFile::copy(checkpoint(name) + QLatin1Char('/') + file, at(file)));
  }
  /// In place of what was copied, which may be read-only.
  void put(const QString& name, const QByteArray& bytes) {
    QFile::remove(at(name));
    QVERIFY(writeFile(at(name), bytes.toStdString()));
  }
  void change(const std::function<void(QJsonObject&)>& edit) {
    QJsonObject o = QJsonDocument::fromJson(bytesOf(at(QStringLiteral("config.json")))).object();
    edit(o);
    put(QStringLiteral("config.json"), QJsonDocument(o).toJson());
  }
  /// Header of the folder's model.safetensors, changed; the data stays.
  void changeHeader(const std::function<void(QJsonObject&)>& edit) {
    const QByteArray all = bytesOf(at(QStringLiteral("model.safetensors")));
    uint64_t length = 0;
    std::memcpy(&length, all.constData(), 8);
    QJsonObject header = QJsonDocument::fromJson(all.mid(8, qsizetype(length))).object();
    edit(header);
    const QByteArray text = QJsonDocument(header).toJson(QJsonDocument::Compact);
    length = uint64_t(text.size());
    QByteArray out(reinterpret_cast<const char*>(&length), 8);
    put(QStringLiteral("model.safetensors"), out + text + all.mid(8 + qsizetype(*reinterpret_cast<const uint64_t*>(all.constData()))));
  }
  ModelConfig config() const { return readHfConfig(at(QStringLiteral("config.json")).toStdString()).model; }
  void refused(const QString& file, const QString& place, const QString& reason) {
    const OpenResult r = open(m_folder->path());
    QCOMPARE(r.code, 2);
    QVERIFY2(r.error.startsWith(at(file) + QStringLiteral(": ")), qPrintable(r.error));
    QVERIFY2(r.error.contains(place) && r.error.contains(reason) && !r.error.contains(QLatin1Char('\n')), qPrintable(r.error));
  }
  std::unique_ptr<QTemporaryDir> m_folder;
};

}  // namespace presslab::test
