// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The main job on the default model, short: what holds on any machine and needs no clock.
#include "core/api/lab.h"
#include "core/compare/compare_test.h"

using namespace presslab;
using namespace presslab::test;

class TestCompareModel : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;

 private Q_SLOTS:
  void mainJob();
};

void TestCompareModel::mainJob() {
  ownFolders(m_dir);
  try {
    resolveModel("");
  } catch (const Failure&) {
    QSKIP("no default model");
  }
  CompareSpec spec;
  spec.prompt.contextTokens = 1100;
  spec.methods = {"none", "duo(ratio=0.5,window=auto)", "eplb_duo(ratio=0.5)"};
  spec.maxNewTokens = 24;
  Lab lab;
  const RunOutcome outcome = lab.compare(spec, {}, {});
  QVERIFY2(outcome.exitCode == 0, outcome.error.c_str());
  const std::vector<MethodMetrics>& m = outcome.comparison->methods;
  QCOMPARE(m.size(), size_t{3});
  QCOMPARE(m[0].contextTokens, int64_t{1100});
  QVERIFY(m[0].quality.kldMean == 0 && m[0].quality.top1Agree == 1 && m[0].quality.attentionKept == 1);
  for (size_t i = 1; i < 3; ++i) {
    QCOMPARE(m[i].kvBytesPredicted * 2, m[i].kvBytesFull);
    QVERIFY(double(m[i].kvBytes) >= double(m[i].kvBytesPredicted) && double(m[i].kvBytes) < 1.05 * double(m[i].kvBytesPredicted));
    // The bytes that were evicted left the process.
    const double freed = double(m[0].kvBytes - m[i].kvBytes), fell = double(m[0].rssAfterPrefill - m[i].rssAfterPrefill);
    QVERIFY2(fell >= .9 * freed, qPrintable(QString("%1 of %2 bytes").arg(fell).arg(freed)));
    QVERIFY(m[i].kvBytesPeak < m[i].kvBytes + m[i].kvBytesFull / 30 + 65536);  // one uncompressed layer above the result
    QCOMPARE(m[i].calibration, std::string("file"));
    QVERIFY(m[i].quality.attentionKept > .5 && m[i].quality.attentionKept < 1);
  }
  QVERIFY(m[2].quality.kldMean < m[1].quality.kldMean);
  QVERIFY(m[2].quality.attentionKept > m[1].quality.attentionKept);
  QVERIFY(!outcome.comparison->verdict.empty());
}

QTEST_APPLESS_MAIN(TestCompareModel)
#include "tst_compare_model.moc"
