// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Hugging Face folders through the whole engine: comparisons of every architecture, memory told before loading, and folders that are refused
// while another model is loaded.
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>

#include "core/api/lab.h"
#include "core/api/memory_estimate.h"
#include "core/compare/compare_test.h"
#include "core/engine/checkpoint.h"

using namespace presslab;
using namespace presslab::test;

class TestHfLab : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { ownFolders(m_dir); }
  void comparisons_data() { rows(); }
  void comparisons();
  void memory_data() { rows(); }
  void memory();
  void theLoadedModelStays_data();
  void theLoadedModelStays();
  void positionsExceeded();

 private:
  static void rows() {
    QTest::addColumn<QString>("folder");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(checkpointPath(n));
    QTest::newRow("gpt2-zip") << QString::fromStdString(checkpointPath("gpt2-zip"));
    QTest::newRow("gpt2-legacy") << QString::fromStdString(checkpointPath("gpt2-legacy"));
  }
  static ModelSpec specOf(const QString& folder, Precision precision = Precision::Fast) {
    ModelSpec s = exactSpec(precision);
    s.path = folder.toStdString();
    return s;
  }
  QTemporaryDir m_dir;
};

void TestHfLab::comparisons() {
  QFETCH(QString, folder);
  Lab lab;
  CompareSpec spec;
  spec.model = specOf(folder);
  spec.prompt.tokens.emplace();
  for (int i = 0; i < 100; ++i) spec.prompt.tokens->push_back((i * 37 + i / 7) % 256);
  spec.methods = {"none", "snapkv(ratio=0.5)", "eplb_duo(ratio=0.5,calibration=none)"};
  spec.maxNewTokens = 5;
  const RunOutcome outcome = lab.compare(spec, {}, {});
  QVERIFY2(outcome.exitCode == 0, outcome.error.c_str());
  QCOMPARE(outcome.comparison->methods.size(), size_t{3});
  for (const MethodMetrics& m : outcome.comparison->methods) {
    QVERIFY2(!m.failed, m.error.c_str());
    QVERIFY(m.quality.measured);
  }
  QCOMPARE(outcome.comparison->methods[0].quality.kldMean, 0.0);
  QVERIFY(outcome.comparison->methods[1].kvBytes < outcome.comparison->methods[0].kvBytes);
}

/// What is told of a folder before it is loaded is what the engine then holds.
void TestHfLab::memory() {
  QFETCH(QString, folder);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const ModelFootprint f = modelFootprint(specOf(folder, precision));
    const auto model = loadModel(specOf(folder, precision), {}, {});
    // The backend counts what a token reads; the tables of embeddings and positions stand in memory beside that.
    const ModelConfig& c = model->file->config();
    const int64_t tables = (c.tiedEmbedding ? 0 : model->file->embedding().bytes()) + (model->file->positions() ? c.contextLength * c.hidden * 4 : 0);
    QCOMPARE(f.weightBytes, model->backend->weightBytes() + tables);
    QVERIFY(f.mappedBytes + f.reorderedBytes == f.info.fileBytes && f.info.fileBytes > 0 && f.vocabularyBytes > 0);
    QVERIFY(estimateMemory(f, {"none", "knorm(ratio=0.5)"}, 100, 4).methods[1].error.empty());
  }
}

void TestHfLab::theLoadedModelStays_data() {
  QTest::addColumn<QString>("checkpointName");
  QTest::addColumn<QString>("file");     // changed or removed
  QTest::addColumn<QByteArray>("from");  // replaced by `to`; empty: the file is removed
  QTest::addColumn<QByteArray>("to");
  QTest::addColumn<QString>("names");  // in the message
  const auto row = [](const char* name, const char* checkpoint, const char* file, const char* from, const char* to, const char* names) {
    QTest::newRow(name) << QString::fromLatin1(checkpoint) << QString::fromLatin1(file) << QByteArray(from) << QByteArray(to)
                        << QString::fromLatin1(names);
  };
  row("missing shard", "qwen2", "model-00003-of-00003.safetensors", "", "", "model-00003-of-00003.safetensors is missing");
  row("wrong shape", "llama", "model.safetensors", "[64,64]", "[32,128]", "shape is 32 x 128, config.json asks for 64 x 64");
  row("unknown architecture", "llama", "config.json", "\"llama\"", "\"mamba2\"", "'mamba2' (supported: llama, mistral, gpt2");
  row("tokenizer without vocabulary", "llama", "tokenizer.json", "\"vocab\"", "\"bocav\"", "tokenizer.json");
  row("no tokenizer", "gpt2", "vocab.json", "", "", "vocab.json");
  row("merges are missing", "gpt2", "merges.txt", "", "", "merges.txt");
  row("damaged safetensors", "llama", "model.safetensors", "\"F16\"", "\"X16\"", "dtype 'X16' is not known");
  row("damaged pickle", "gpt2-zip", "pytorch_model.bin", "_rebuild_tensor_v2", "_rebuild_tensor_v9", "_rebuild_tensor_v9");
  row("program in a pickle", "gpt2-legacy", "pytorch_model.bin", "ccollections\nOrderedDict\n", "cposix\nsystem\n", "posix.system");
}

void TestHfLab::theLoadedModelStays() {
  QFETCH(QString, checkpointName);
  QFETCH(QString, file);
  QFETCH(QByteArray, from);
  QFETCH(QByteArray, to);
  QFETCH(QString, names);
  const QTemporaryDir folder;
  const QDir source(QString::fromStdString(checkpointPath(checkpointName.toStdString())));
  for (const QString& name : source.entryList(QDir::Files)) {
    if (name == file && from.isEmpty()) continue;
    QFile in(source.filePath(name)), out(folder.filePath(name));
    QVERIFY(in.open(QIODevice::ReadOnly) && out.open(QIODevice::WriteOnly));
    QByteArray bytes = in.readAll();
    if (name == file) {
      const qsizetype at = bytes.indexOf(from);
      QVERIFY(at >= 0);
      bytes.replace(at, from.size(), to);
      // A header that grew needs its length.
      if (name.endsWith(QStringLiteral(".safetensors"))) bytes[0] = char(bytes[0] + to.size() - from.size());
    }
    QCOMPARE(out.write(bytes), bytes.size());
  }
  Lab lab;
  const QString good = QString::fromStdString(checkpointPath("mistral"));
  lab.load(specOf(good), {}, {});
  const Refusal r = refusal([&] { lab.load(specOf(folder.path()), {}, {}); });
  QCOMPARE(r.code, 2);
  QVERIFY2(r.text.starts_with(folder.path().toStdString()) && r.names(qPrintable(names)) && r.text.find('\n') == std::string::npos, r.text.c_str());
  QCOMPARE(lab.loaded()->path, good.toStdString());
  QCOMPARE(lab.pieces({65, 66}).size(), size_t{2});
}

/// A context beyond the positions of the model ends the run with exit code 2 and says how many there are.
void TestHfLab::positionsExceeded() {
  Lab lab;
  CompareSpec spec;
  spec.model = specOf(QString::fromStdString(checkpointPath("gpt2")));
  spec.prompt.tokens = std::vector<int32_t>(200, 5);
  spec.methods = {"none"};
  const RunOutcome outcome = lab.compare(spec, {}, {});
  QCOMPARE(outcome.exitCode, 2);
  const std::string text =
      outcome.comparison && !outcome.comparison->methods.empty() && outcome.error.empty() ? outcome.comparison->methods[0].error : outcome.error;
  QVERIFY2(text.find("176") != std::string::npos && text.find("positions") != std::string::npos, text.c_str());
  QCOMPARE(lab.loaded()->layers, 2);
}

QTEST_GUILESS_MAIN(TestHfLab)
#include "tst_hf_lab.moc"
