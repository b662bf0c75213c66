// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A light calibration of every architecture, and the family that reads it.
#include <QtTest>

#include "core/calibrate/calibrate.h"
#include "core/engine/checkpoint.h"
#include "core/routed/pattern.h"

using namespace presslab;
using namespace presslab::test;

class TestCalibrateArchitectures : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void light_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n);
  }
  void light();
};

void TestCalibrateArchitectures::light() {
  QFETCH(QString, name);
  const Checkpoint c(name.toStdString());
  ModelSpec spec = exactSpec();
  spec.path = checkpointPath(name.toStdString()) + ".gguf";
  const auto model = loadModel(spec, {}, {});
  CalibrateSpec wanted;
  wanted.light = true;
  const CalibrateReport report = calibrate(*model, wanted, {}, {});
  const HeadShape shape = model->backend->shape(), inner = shape.pressed();
  QCOMPARE(report.pattern.shape.layers, inner.layers);
  QCOMPARE(report.pattern.streamErr.size(), size_t(4 * inner.heads()));
  for (const float e : report.pattern.streamErr) QVERIFY(std::isfinite(e) && e >= 0);
  QVERIFY(!report.pattern.sets.empty());
  for (const ExpertSet& set : report.pattern.sets) {
    QCOMPARE(set.curve.size(), size_t(inner.heads()) * Pattern::kGrid.size());
    for (size_t h = 0; h < size_t(inner.heads()); ++h) {
      const float* curve = set.curve.data() + h * Pattern::kGrid.size();
      QVERIFY(std::isfinite(curve[0]) && curve[0] > 0);
      QVERIFY2(curve[Pattern::kGrid.size() - 1] < 1e-6f, "the whole context leaves no error");
    }
  }
  const int64_t tokens = int64_t(c.ids.size()), windows = shape.headTokens(tokens) - inner.headTokens(tokens);
  for (const char* press : {"duo(ratio=0.5,sink=4,recent=28)", "eplb(ratio=0.5)", "eplb_duo(ratio=0.5)"}) {
    const Pressed p = pressed(*model->backend, c.ids, press, &report.pattern);
    QCOMPARE(p.kept, windows + inner.heads() * tokens / 2);
    QCOMPARE(p.predicted, p.kept);
  }
}

QTEST_GUILESS_MAIN(TestCalibrateArchitectures)
#include "tst_calibrate_architectures.moc"
