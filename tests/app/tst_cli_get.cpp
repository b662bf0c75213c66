// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// models get against a hub on loopback.
#include <QTemporaryDir>
#include <QtTest>

#include "cli_run.h"
#include "support/fake_hub.h"

using namespace presslab::test;

class TestCliGet : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  FakeHub m_hub;

 private Q_SLOTS:
  void initTestCase() {
    m_hub.files = {{"README.md", "read me"}, {"m.gguf", std::string(50000, 'm')}, {"other.txt", "x"}};
    qputenv("HF_ENDPOINT", QByteArray::fromStdString(m_hub.hub.url()));
    qputenv("HF_HUB_CACHE", m_dir.filePath("hub").toUtf8());
    qunsetenv("HF_TOKEN");
    qunsetenv("HF_HUB_OFFLINE");
  }

  void fetches() {
    const CliResult r = cli({"models", "get", "lab/tiny", "--format", "json"});
    QVERIFY2(r.code == 0, r.err.constData());
    const QJsonObject row = r.json().array().at(0).toObject();
    QCOMPARE(row["file"].toString(), QStringLiteral("m.gguf"));
    QCOMPARE(row["bytes"].toInt(), 50000);
    QVERIFY(row["checked"].toBool() && row["fetched"].toBool());
    QCOMPARE(QFileInfo(row["path"].toString()).size(), 50000);
    QVERIFY(row["path"].toString().startsWith(m_dir.filePath("hub")));
    // Found under its name from now on, although it is no model: it is read, and refused for what is in it.
    QCOMPARE(cli({"inspect", "-m", "m.gguf"}).code, 2);
  }

  void intoAFolderAndOneFile() {
    const QString to = m_dir.filePath("to");
    const CliResult r = cli({"models", "get", "lab/tiny:other.txt", "--to", to, "--format", "csv"});
    QVERIFY2(r.code == 0, r.err.constData());
    QCOMPARE(QDir(to).entryList(QDir::Files | QDir::Hidden), QStringList("other.txt"));
    QVERIFY2(r.err.contains("GGUF"), r.err.constData());  // what was fetched cannot be run by this version
  }

  /// GPT-2 as the guide's models lie on the hub: config.json, vocab.json, merges.txt and pytorch_model.bin. It is found by its name and runs.
  void aFolder() {
    const auto before = m_hub.files;
    const QDir folder(QStringLiteral(PRESSLAB_TEST_DATA "/checkpoints/gpt2-zip"));
    m_hub.files = {{"README.md", "read me"}, {"onnx/model.onnx", "other"}};
    for (const QString& name : folder.entryList(QDir::Files)) {
      QFile file(folder.filePath(name));
      QVERIFY(file.open(QIODevice::ReadOnly));
      m_hub.files[name.toStdString()] = file.readAll().toStdString();
    }
    const CliResult r = cli({"models", "get", "lab/tiny", "--format", "json"});
    m_hub.files = before;
    QVERIFY2(r.code == 0, r.err.constData());
    QCOMPARE(r.json().array().size(), folder.entryList(QDir::Files).size());
    const CliResult facts = cli({"inspect", "-m", "lab/tiny", "--format", "json"});
    QVERIFY2(facts.code == 0, facts.err.constData());
    QCOMPARE(facts.json().object()["architecture"].toString(), QStringLiteral("gpt2"));
    QCOMPARE(facts.json().object()["format"].toString(), QStringLiteral("PyTorch zip"));
    QCOMPARE(facts.json().object()["name"].toString(), QStringLiteral("lab/tiny"));
    const CliResult memory = cli({"inspect", "-m", "lab/tiny", "--context", "100", "--format", "json"});
    QVERIFY2(memory.code == 0, memory.err.constData());
    QVERIFY(memory.json().object()["memory"].toObject()["peak_bytes"].toDouble() > 0);
    const CliResult text = cli({"generate", "-m", "lab/tiny", "--raw", "--prompt", "The keeper", "-n", "4", "--format", "json"});
    QVERIFY2(text.code == 0, text.err.constData());
    QCOMPARE(text.json().object()["ids"].toArray().size(), 4);
    const CliResult all = cli({"models", "--format", "json"});
    QCOMPARE(all.code, 0);
    bool listed = false;
    for (const QJsonValue& m : all.json().array()) listed = listed || (m["name"] == QLatin1String("lab/tiny") && m["layers"].toInt() == 2);
    QVERIFY(listed);
  }

  void refusals() {
    QCOMPARE(cli({"models", "get"}).code, 2);
    QCOMPARE(cli({"models", "get", "tiny"}).code, 2);
    QCOMPARE(cli({"models", "get", "lab/none"}).code, 2);
    QCOMPARE(cli({"models", "get", "lab/tiny:none.gguf"}).code, 2);
    m_hub.corrupt = true;
    const CliResult wrong = cli({"models", "get", "lab/tiny", "--to", m_dir.filePath("wrong")});
    m_hub.corrupt = false;
    QCOMPARE(wrong.code, 3);
    QVERIFY(wrong.out.isEmpty() && wrong.err.contains("checksum"));
    qputenv("HF_HUB_OFFLINE", "1");
    const CliResult offline = cli({"models", "get", "lab/tiny", "--to", m_dir.filePath("offline")});
    qunsetenv("HF_HUB_OFFLINE");
    QCOMPARE(offline.code, 3);
    QVERIFY(offline.err.contains("HF_HUB_OFFLINE"));
  }
};

QTEST_GUILESS_MAIN(TestCliGet)
#include "tst_cli_get.moc"
