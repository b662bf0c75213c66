// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Hugging Face folders as a user of the command line meets them: by path, fetched in shards from a hub on loopback, refused.
#include <QTemporaryDir>
#include <QtTest>

#include "cli_run.h"
#include "support/fake_hub.h"

using namespace presslab::test;

namespace {

const QString kCheckpoints = QStringLiteral(PRESSLAB_TEST_DATA "/checkpoints/");

QByteArray bytesOf(const QString& path) {
  QFile f(path);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

}  // namespace

class TestCliFolders : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  FakeHub m_hub;

  /// Copies a checkpoint, but for `without`.
  QString copyOf(const QString& name, const QString& to, const QString& without = {}) {
    const QString folder = m_dir.filePath(to);
    QDir().mkpath(folder);
    for (const QString& file : QDir(kCheckpoints + name).entryList(QDir::Files)) {
      if (file != without && !QFile::copy(kCheckpoints + name + QLatin1Char('/') + file, folder + QLatin1Char('/') + file)) qFatal("cannot copy");
    }
    return folder;
  }
  /// The oracle's ids and the first of its greedy ids, by the program.
  void generatesTheOraclesIds(const QString& model, const QString& checkpoint) {
    const QJsonObject oracle = QJsonDocument::fromJson(bytesOf(kCheckpoints + checkpoint + QStringLiteral(".json"))).object();
    const QByteArray ids = QJsonDocument(oracle["ids"].toArray()).toJson(QJsonDocument::Compact);
    const CliResult r = cli({"generate", "-m", model, "--tokens", "-", "-n", "8", "--precision", "exact", "--format", "json"}, ids);
    QVERIFY2(r.code == 0, r.err.constData());
    const QJsonArray got = r.json().object()["ids"].toArray(), want = oracle["greedy"].toArray();
    QVERIFY(!got.isEmpty());
    for (int i = 0; i < got.size(); ++i) QCOMPARE(got[i].toInt(), want[i].toInt());
  }

 private Q_SLOTS:
  void initTestCase() {
    qputenv("HF_ENDPOINT", QByteArray::fromStdString(m_hub.hub.url()));
    qputenv("HF_HUB_CACHE", m_dir.filePath("hub").toUtf8());
    qunsetenv("HF_TOKEN");
    qunsetenv("HF_HUB_OFFLINE");
  }

  void byPath() {
    generatesTheOraclesIds(kCheckpoints + QStringLiteral("qwen2"), QStringLiteral("qwen2"));
    generatesTheOraclesIds(kCheckpoints + QStringLiteral("gpt2-legacy/pytorch_model.bin"), QStringLiteral("gpt2"));
  }

  void inspected() {
    const CliResult r = cli({"inspect", "-m", kCheckpoints + QStringLiteral("gemma3"), "--context", "100", "--format", "json"});
    QVERIFY2(r.code == 0, r.err.constData());
    const QJsonObject o = r.json().object();
    QCOMPARE(o["format"].toString(), QStringLiteral("safetensors"));
    QCOMPARE(o["architecture"].toString(), QStringLiteral("gemma3"));
    QCOMPARE(o["layers"].toInt(), 7);
    QVERIFY(o["file_bytes"].toInt() > 0 && o["memory"].toObject()["loaded_bytes"].toInt() > 0);
  }

  /// Shards and their index, into a folder of the user's.
  void shardsFetched() {
    for (const QString& file : QDir(kCheckpoints + QStringLiteral("qwen2")).entryList(QDir::Files))
      m_hub.files[file.toStdString()] = bytesOf(kCheckpoints + QStringLiteral("qwen2/") + file).toStdString();
    const QString to = m_dir.filePath("shards");
    const CliResult r = cli({"models", "get", "lab/tiny", "--to", to, "--format", "json"});
    QVERIFY2(r.code == 0, r.err.constData());
    QCOMPARE(r.json().array().size(), 8);
    generatesTheOraclesIds(to, QStringLiteral("qwen2"));
    m_hub.files.clear();
  }

  void refused_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::addColumn<QString>("without");
    QTest::addColumn<QByteArray>("names");
    QTest::newRow("weights") << "llama"
                             << "model.safetensors" << QByteArray("model.safetensors");
    QTest::newRow("shard") << "qwen2"
                           << "model-00002-of-00003.safetensors" << QByteArray("shard model-00002-of-00003.safetensors");
    QTest::newRow("configuration") << "llama"
                                   << "config.json" << QByteArray("config.json");
    QTest::newRow("tokenizer") << "llama"
                               << "tokenizer.json" << QByteArray("tokenizer.json");
    QTest::newRow("merges") << "gpt2"
                            << "merges.txt" << QByteArray("merges.txt");
  }
  void refused() {
    QFETCH(QString, checkpoint);
    QFETCH(QString, without);
    QFETCH(QByteArray, names);
    const QString folder = copyOf(checkpoint, QStringLiteral("without-") + without, without);
    for (const QStringList& command : {QStringList{"inspect", "-m", folder}, QStringList{"logits", "-m", folder, "--tokens", "-"}}) {
      const CliResult r = cli(command, idsJson(20));
      QCOMPARE(r.code, 2);
      QVERIFY2(r.err.contains(folder.toUtf8()) && r.err.contains(names), r.err.constData());
      QVERIFY(r.out.isEmpty());
    }
  }

  void positionsExceeded() {
    for (const char* command : {"logits", "generate"}) {
      const CliResult r = cli({command, "-m", kCheckpoints + QStringLiteral("gpt2"), "--tokens", "-"}, idsJson(200));
      QCOMPARE(r.code, 2);
      QVERIFY2(r.err.contains("176"), r.err.constData());
      QVERIFY(r.out.isEmpty());
    }
  }

  void nameThatIsNowhere() {
    const CliResult r = cli({"inspect", "-m", "nobody/nothing"});
    QVERIFY2(r.code == 3 || r.code == 2, r.err.constData());
    QVERIFY2(r.err.contains("nobody/nothing"), r.err.constData());
  }
};

QTEST_GUILESS_MAIN(TestCliFolders)
#include "tst_cli_folders.moc"
