// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "core/export/export.h"
#include "ui/models/comparison_model.h"
#include "ui/models/results_model.h"
#include "ui/run/throttle.h"
#include "ui_events.h"

using namespace presslab;

class TestComparisonModel : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tokensBuildALane() {
    ComparisonModel model;
    model.begin({"none", "duo(ratio=0.5)"});
    for (int i = 0; i < 4; ++i) {
      model.apply(tokenEvent(0, i, i, 2));
      model.apply(tokenEvent(1, i, i == 3 ? 99 : i, 1));
    }
    const auto& lanes = model.data().lanes;
    QCOMPARE(lanes[1].ids.size(), size_t(4));
    QCOMPARE(firstDifference(lanes[0], lanes[1]), 3);
    QCOMPARE(sameTokens(lanes[0], lanes[1]), 0.75);
    QCOMPARE(lanes[0].medianMs(), 2.0);
    QCOMPARE(firstDifference(lanes[0], lanes[0]), -1);
  }

  void aNewRepeatStartsAgain() {
    ComparisonModel model;
    model.begin({"none"});
    model.apply(phaseEvent(EventKind::PhaseStarted, 0, Phase::Decode));
    model.apply(tokenEvent(0, 0, 1));
    model.apply(phaseEvent(EventKind::PhaseStarted, 0, Phase::Decode));
    QVERIFY(model.data().lanes[0].ids.empty());
  }

  void unknownLanesAreIgnored() {
    ComparisonModel model;
    model.begin({"none"});
    model.apply(tokenEvent(7, 0, 1));
    model.apply(tokenEvent(-1, 0, 1));
    QVERIFY(model.data().lanes[0].ids.empty());
  }

  void layersReplaceTheirHeads() {
    ComparisonModel model;
    model.begin({"none"});
    RunEvent e;
    e.kind = EventKind::LayerDone;
    e.method = 0;
    e.layer = 3;
    e.kvBytes = 42;
    HeadMetrics head;
    head.layer = 3;
    e.heads = {head, head};
    model.apply(e);
    model.apply(e);
    QCOMPARE(model.data().lanes[0].heads.size(), size_t(2));
    QCOMPARE(model.data().lanes[0].memory.size(), size_t(2));
  }

  void aCancelledRunKeepsItsTokens() {
    ComparisonModel model;
    model.begin({"none", "duo(ratio=0.5)"});
    model.apply(tokenEvent(0, 0, 1));
    model.markCancelled();
    QVERIFY(model.data().lanes[0].cancelled);
    QVERIFY(!model.data().lanes[1].cancelled);
    QCOMPARE(model.data().lanes[0].ids.size(), size_t(1));
  }

  void theResultTableFollowsTheColumns() {
    ResultsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setComparison(smallComparison());
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.columnCount(), int(metricColumns().size()) + 1);
    bool found = false;
    for (int c = 1; c < model.columnCount(); ++c) {
      const double expected = metricColumns()[size_t(c - 1)].get(smallComparison()->methods[1]);
      const double raw = model.data(model.index(1, c), ResultsModel::kRawRole).toDouble();
      QVERIFY(raw == expected || (std::isnan(raw) && std::isnan(expected)));
      found = found || std::abs(raw - 150) < 1e-9;
    }
    QVERIFY2(found, "the decode speed of 150 tok/s is in no column");
  }

  void theThrottleKeepsToItsShare() {
    QCOMPARE(Throttle::waitMs(0, 0, 34, 0), 34);
    QCOMPARE(Throttle::waitMs(10, 20, 34, 0), 24);  // no share: dear pictures do not wait
    QCOMPARE(Throttle::waitMs(50, 20, 34, 0), 0);
    QCOMPARE(Throttle::waitMs(0, 10, 34, .04), 250);  // 10 ms of work are 4 % of 250
    QCOMPARE(Throttle::waitMs(200, 10, 34, .04), 50);
    QCOMPARE(Throttle::waitMs(250, 10, 34, .04), 0);
    QCOMPARE(Throttle::waitMs(0, 1, 34, .04), 34);      // cheap ones come as often as ever
    QCOMPARE(Throttle::waitMs(0, 1000, 34, .04), 500);  // and nobody waits for ever
  }

  void theThrottleJoinsAndNeverLoses() {
    Throttle throttle(30);
    QSignalSpy due(&throttle, &Throttle::due);
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 300) {
      throttle.fire();
      QCoreApplication::processEvents();
    }
    const qsizetype during = due.size();
    QVERIFY2(during >= 1 && during <= 11, qPrintable(QString::number(during)));
    throttle.fire();
    QTRY_VERIFY(due.size() > during);
  }
};

QTEST_GUILESS_MAIN(TestComparisonModel)
#include "tst_comparison_model.moc"
