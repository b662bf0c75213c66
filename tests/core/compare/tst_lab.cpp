// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The program's one way in: the model stays loaded, runs are written, predictions need no run.
#include <QDir>
#include <algorithm>
#include <cmath>

#include "core/api/lab.h"
#include "core/compare/comparison_spec.h"

using namespace presslab;
using namespace presslab::test;

class TestLab : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;

 private Q_SLOTS:
  void initTestCase() { ownFolders(m_dir); }
  void labKeepsItsModel();
  void labWritesTheRun();
  void labPredicts();
};

void TestLab::labKeepsItsModel() {
  Lab lab;
  QVERIFY(!lab.loaded());
  int loads = 0;
  const EventSink count = [&](const RunEvent& e) { loads += isPhase(e, EventKind::PhaseFinished, Phase::Load); };
  const ModelInfo info = lab.load(tinySpec(), count, {});
  QCOMPARE(info.layers, 2);
  CompareSpec spec = smallSpec();
  spec.methods = {"none"};
  QCOMPARE(lab.compare(spec, count, {}).exitCode, 0);
  QCOMPARE(loads, 1);
  ModelSpec absent = tinySpec();
  absent.path = m_dir.filePath("absent.gguf").toStdString();
  QVERIFY(refusal([&] { lab.load(absent, count, {}); }).code != 0);
  QVERIFY(lab.loaded() && lab.loaded()->layers == 2);
  spec.model = absent;
  const RunOutcome bad = lab.compare(spec, count, {});
  QCOMPARE(int(bad.status), int(RunOutcome::Status::Failed));
  QVERIFY(bad.exitCode != 0 && !bad.error.empty() && !bad.comparison);
  QVERIFY(lab.loaded());
  lab.load(tinySpec(Precision::Fast), count, {});
  QCOMPARE(loads, 2);
}

void TestLab::labWritesTheRun() {
  Lab lab;
  CompareSpec spec = smallSpec();
  spec.outDir = m_dir.filePath("asked").toStdString();
  std::vector<EventKind> kinds;
  bool exported = false;
  const RunOutcome asked = lab.compare(spec,
                                       [&](const RunEvent& e) {
                                         exported = exported || isPhase(e, EventKind::PhaseFinished, Phase::Export);
                                         if (e.kind == EventKind::RunFinished) QVERIFY(exported);  // finished once it is written
                                         kinds.push_back(e.kind);
                                       },
                                       {});
  QCOMPARE(asked.exitCode, 0);
  QCOMPARE(int(kinds.back()), int(EventKind::RunFinished));
  QVERIFY(QFile::exists(m_dir.filePath("asked/run.json")));
  QVERIFY(QFile::exists(m_dir.filePath("asked/summary.csv")));
  spec.outDir.clear();
  QCOMPARE(lab.compare(spec, {}, {}).exitCode, 0);
  QVERIFY(!QFile::exists(m_dir.filePath("data/presslab/runs")));  // nothing is written that nobody asked for
  QFile blocker(m_dir.filePath("file"));
  QVERIFY(blocker.open(QIODevice::WriteOnly));
  spec.outDir = m_dir.filePath("file/below").toStdString();
  const RunOutcome unwritten = lab.compare(spec, {}, {});
  QCOMPARE(int(unwritten.status), int(RunOutcome::Status::Failed));
  QCOMPARE(unwritten.exitCode, 3);
  QVERIFY(unwritten.comparison != nullptr);
}

void TestLab::labPredicts() {
  Lab lab;
  QVERIFY(!lab.predict("none", 200, KvType::F32).error.empty());
  lab.load(tinySpec(), {}, {});
  const Prediction none = lab.predict("none", 200, KvType::F32);
  QCOMPARE(none.kvBytes, int64_t{2} * 16 * 4 * 4 * 200);
  QCOMPARE(none.boundSpeedup, 1.0);
  const Prediction half = lab.predict("duo(ratio=0.5)", 200, KvType::F16);
  QCOMPARE(half.kvBytesFull, none.kvBytes / 2);
  QCOMPARE(half.kvBytes, none.kvBytes / 4);
  QVERIFY(half.boundSpeedup > 1);
  QCOMPARE(half.kvBytesPeak, half.kvBytes / 2 + half.kvBytesFull / 2);
  const Comparison c = runComparison(*tinyModel(), smallSpec(), {}, {});
  QCOMPARE(lab.predict("eplb_duo(ratio=0.5)", 200, KvType::F32).kvBytes, c.methods[2].kvBytesPredicted);
  QVERIFY(!lab.predict("duo(ratio=0.95)", 200, KvType::F16).error.empty());
  QVERIFY(!lab.predict("nonsense", 200, KvType::F16).error.empty());
  QVERIFY(!lab.predict("none", 513, KvType::F16).error.empty());
}

QTEST_APPLESS_MAIN(TestLab)
#include "tst_lab.moc"
