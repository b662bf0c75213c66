// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The default model: perplexity against transformers in llama-perplexity's windows, and a task that it can do.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>

#include "core/api/eval.h"
#include "core/api/lab.h"
#include "core/compare/compare_test.h"

using namespace presslab;
using namespace presslab::test;

class TestEvalModel : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  Lab m_lab;
  EvalSpec m_spec;

 private Q_SLOTS:
  void initTestCase();
  void perplexity_data();
  void perplexity();
  void needlesAreFoundUnderTheOracle();
};

void TestEvalModel::initTestCase() {
  qputenv("PRESSLAB_MODELS", PRESSLAB_SOURCE_DIR "/build/models");
  ownFolders(m_dir);
  try {
    m_spec.model.path = inspectModel({}).path;
  } catch (const Failure&) {
    QSKIP("no default model");
  }
}

void TestEvalModel::perplexity_data() {
  QTest::addColumn<int>("window");
  QTest::addColumn<bool>("exact");
  for (const int window : {256, 512})
    for (const bool exact : {true, false}) QTest::addRow("%d %s", window, exact ? "exact" : "fast") << window << exact;
}

void TestEvalModel::perplexity() {
  QFETCH(int, window);
  QFETCH(bool, exact);
  QFile file(QStringLiteral(PRESSLAB_TEST_DATA "/eval/ppl.json"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QJsonObject golden = QJsonDocument::fromJson(file.readAll()).object();
  EvalSpec s = m_spec;
  s.tasks = {"ppl"};
  s.methods = {"none"};
  s.lengths = {window};
  s.model.precision = exact ? Precision::Exact : Precision::Fast;
  for (const QJsonValue& name : golden["texts"].toArray()) {
    QFile text(QStringLiteral(PRESSLAB_SOURCE_DIR "/resources/corpus/") + name.toString());
    QVERIFY(text.open(QIODevice::ReadOnly));
    s.text += text.readAll().toStdString();
  }
  const EvalResult r = evaluate(m_lab, s, {}, {});
  QVERIFY2(r.exitCode == 0, r.error.c_str());
  const QJsonObject wanted = golden["windows"].toObject()[QString::number(window)].toObject();
  QCOMPARE(r.rows[0].samples, wanted["chunks"].toInt());
  // fast quantises activations, which the golden figure in float32 knows nothing of.
  const double ratio = r.rows[0].ppl / wanted["ppl"].toDouble();
  QVERIFY2(std::fabs(ratio - 1) < (exact ? 1e-4 : 1e-2), qPrintable(QString::number(r.rows[0].ppl, 'g', 8)));
}

void TestEvalModel::needlesAreFoundUnderTheOracle() {
  EvalSpec s = m_spec;
  s.tasks = {"niah_single_1"};
  s.methods = {"streaming_llm"};
  s.ratios = {.7};
  s.lengths = {500};
  s.seeds = 3;
  const EvalResult r = evaluate(m_lab, s, {}, {});
  QVERIFY2(r.exitCode == 0, r.error.c_str());
  double none = -1, oracle = -1, streaming = -1;
  for (const EvalRow& row : r.rows)
    (row.press == "none" ? none : row.press == "oracle" ? oracle : streaming) = row.press == "random" ? streaming : row.score;
  QVERIFY2(none >= .6, qPrintable(QString::number(none)));
  QVERIFY2(oracle > streaming, qPrintable(QString::number(oracle) + " against " + QString::number(streaming)));
}

QTEST_GUILESS_MAIN(TestEvalModel)
#include "tst_eval_model.moc"
