// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The default model as a Hugging Face folder (tests/oracle/export_hf_folder.py writes it) against its GGUF file: the same ids of texts, the same
// logits, the same greedy ids, the same kept positions.
#include <QDir>
#include <QtTest>

#include "core/api/error.h"
#include "core/engine/checkpoint.h"
#include "core/tokenizer/tokenizer.h"

using namespace presslab;
using namespace presslab::test;

namespace {

const QString kBuild = QStringLiteral(PRESSLAB_SOURCE_DIR "/build/");

std::string defaultModel() {
  try {
    return resolveModel("");
  } catch (const Failure&) {
    const QDir folder(kBuild + QStringLiteral("models"));
    const QStringList found = folder.entryList({QStringLiteral("SmolLM2*.gguf")}, QDir::Files);
    return found.isEmpty() ? std::string() : folder.filePath(found.front()).toStdString();
  }
}

}  // namespace

class TestExportedFolder : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void texts();
  void templates();
  void logits();
  void greedy();
  void kept();

 private:
  std::unique_ptr<ModelFile> m_gguf, m_folder;
  std::unique_ptr<Tokenizer> m_tokenizer;
  std::unique_ptr<Backend> m_fromGguf, m_fromFolder;
  std::vector<int32_t> m_ids;
};

void TestExportedFolder::initTestCase() {
  const QString folder = qEnvironmentVariable("PRESSLAB_EXPORTED_FOLDER", kBuild + QStringLiteral("exported/SmolLM2-135M-Instruct"));
  if (!QFile::exists(folder + QStringLiteral("/config.json"))) QSKIP("no exported SmolLM2 folder here: tests/oracle/export_hf_folder.py writes it");
  const std::string gguf = defaultModel();
  if (gguf.empty()) QSKIP("no SmolLM2 file here: ./dev setup brings it");
  m_gguf = openModelFile(gguf);
  m_folder = openModelFile(folder.toStdString());
  m_tokenizer = std::make_unique<Tokenizer>(m_folder->vocab());
  m_fromGguf = makeCpuBackend(*m_gguf, exactSpec(), {}, {});
  m_fromFolder = makeCpuBackend(*m_folder, exactSpec(), {}, {});
  std::string text;
  for (int i = 0; i < 24; ++i) text += "The keeper of lamp " + std::to_string(17 * i) + " wrote: rain, ropes, a list of names. ";
  m_ids = m_tokenizer->encode(text);
  QVERIFY(m_ids.size() > 200 && m_ids.size() < 600);
}

void TestExportedFolder::texts() {
  const Tokenizer gguf(m_gguf->vocab());
  QCOMPARE(m_tokenizer->vocabSize(), gguf.vocabSize());
  QCOMPARE(m_tokenizer->bos(), gguf.bos());
  QCOMPARE(m_tokenizer->eos(), gguf.eos());
  for (const std::string& text : std::vector<std::string>{
           "", " ", "Hello, world!", "In 1987 the keeper's 14 pages;\n\n\tdef f(x): return x**2", "  three   spaces",
           "\xE4\xBD\xA0\xE5\xA5\xBD\xEF\xBC\x8C\xF0\x9F\x98\x80 \xC3\xA9t\xC3\xA9", "<|im_start|>user\n<|endoftext|>", std::string("a\0b\r\n", 5)}) {
    const std::vector<int32_t> ids = gguf.encode(text);
    QCOMPARE(m_tokenizer->encode(text), ids);
    QCOMPARE(m_tokenizer->decode(ids), text);
  }
}

void TestExportedFolder::templates() {
  QCOMPARE(m_folder->vocab().chatTemplate, m_gguf->vocab().chatTemplate);
  QVERIFY(!m_folder->vocab().chatTemplate.empty());
}

/// Both hold the same numbers; sums may be rounded in another order where one of them is packed from blocks.
void TestExportedFolder::logits() {
  const std::vector<float> a = allLogits(*m_fromGguf, m_ids, 128), b = allLogits(*m_fromFolder, m_ids, 128);
  QCOMPARE(a.size(), b.size());
  double far = 0;
  for (size_t i = 0; i < a.size(); ++i) far = std::max(far, std::fabs(double(a[i]) - double(b[i])));
  qInfo("%zu tokens: farthest logit %g", m_ids.size(), far);
  QVERIFY2(far < 1e-3, qPrintable(QString::number(far)));
}

void TestExportedFolder::greedy() { QCOMPARE(greedyIds(*m_fromFolder, m_ids, 32), greedyIds(*m_fromGguf, m_ids, 32)); }

void TestExportedFolder::kept() {
  for (const char* spec : {"knorm(ratio=0.5)", "snapkv(ratio=0.5)", "eplb_duo(ratio=0.5,calibration=none)"}) {
    const Pressed a = pressed(*m_fromGguf, m_ids, spec), b = pressed(*m_fromFolder, m_ids, spec);
    for (int l = 0; l < m_fromGguf->shape().layers; ++l)
      for (int h = 0; h < m_fromGguf->shape().kvHeads; ++h) QVERIFY2(a.sequence->positions(l, h) == b.sequence->positions(l, h), spec);
  }
}

QTEST_GUILESS_MAIN(TestExportedFolder)
#include "tst_exported_folder.moc"
