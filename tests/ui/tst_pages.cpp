// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QSignalSpy>
#include <QTest>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/tokens_page.h"
#include "ui/widgets/figure.h"
#include "ui/widgets/lane_view.h"
#include "ui/widgets/token_text.h"
#include "ui/widgets/verdict_strip.h"
#include "ui_events.h"

using namespace presslab;

class TestPages : public QObject {
  Q_OBJECT
 private:
  static std::shared_ptr<Comparison> withPositions() {
    auto c = std::make_shared<Comparison>(*smallComparison());
    c->contextTokens = 4;
    c->stamp.layers = 2;
    c->stamp.kvHeads = 2;
    for (MethodMetrics& m : c->methods)
      for (HeadMetrics& h : m.heads) {
        h.total = 4;
        h.kept = h.kind == HeadKind::Streaming ? 1 : 4;
        h.positions = h.kind == HeadKind::Streaming ? std::vector<int32_t>{3} : std::vector<int32_t>{0, 1, 2, 3};
      }
    return c;
  }

 private Q_SLOTS:
  void tokensAreShadedByTheHeadsThatKeepThem() {
    TokensPage page;
    page.setComparison(withPositions());
    QCOMPARE(page.shares(0), (std::vector<float>{1, 1, 1, 1}));
    QCOMPARE(page.shares(1), (std::vector<float>{0.5F, 0.5F, 0.5F, 1}));  // head 0 keeps all, head 1 the last
    page.show(1, 0, 1);
    QCOMPARE(page.shares(1), (std::vector<float>{0, 0, 0, 1}));
    page.findChild<QComboBox*>(QStringLiteral("tokensAgainst"))->setCurrentIndex(1);
    QCOMPARE(page.shares(0), (std::vector<float>{1, 1, 1, 1}));
  }

  void aTokenIsFoundUnderTheMouse() {
    TokenText text;
    text.resize(300, 200);
    text.show();
    text.setTokens({QStringLiteral("one"), QStringLiteral(" two"), QStringLiteral("\n"), QStringLiteral("three")});
    QCOMPARE(text.tokenAt(QPoint(10, 14)), 0);
    QCOMPARE(text.tokenAt(QPoint(290, 190)), -1);
  }

  void theVerdictIsGreyUntilMeasured() {
    ComparisonModel model;
    model.begin({"none", "duo(ratio=0.5)"});
    VerdictStrip strip;
    strip.refresh(model.data());
    for (const Figure* f : strip.findChildren<Figure*>()) QCOMPARE(f->value(), QStringLiteral("–"));
    model.setComparison(smallComparison());
    strip.refresh(model.data());
    bool speed = false;
    for (const Figure* f : strip.findChildren<Figure*>()) speed = speed || f->value().startsWith(QLatin1String("1.50"));
    QVERIFY2(speed, "150 against 100 tok/s is 1.50 times");
  }

  void eightLanesFitTheFirstScreen() {
    ComparisonModel model;
    const std::vector<ChartView*> charts = makeCharts(nullptr);
    ComparePage page(&model, charts);
    QWidget rest;
    for (size_t i = 5; i < charts.size(); ++i) charts[i]->setParent(&rest);
    model.begin({"none", "duo(ratio=0.5)", "eplb_duo(ratio=0.5)", "eplb(ratio=0.5)", "snapkv(ratio=0.5)", "knorm(ratio=0.5)", "keydiff(ratio=0.5)",
                 "random(ratio=0.5)"});
    page.resize(1040, 660);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    QCOMPARE(page.lanes().size(), size_t(8));
    for (const LaneView* lane : page.lanes()) {
      const QRect box(lane->mapTo(&page, QPoint()), lane->size());
      QVERIFY2(page.rect().contains(box) && box.height() >= 60, qPrintable(QStringLiteral("%1 x %2").arg(box.width()).arg(box.height())));
    }
    model.begin({"none", "duo(ratio=0.5)"});
    QCOMPARE(page.lanes().size(), size_t(2));
  }

  void aFigureLeadsToItsChart() {
    ComparisonModel model;
    model.begin({"none"});
    LaneView lane(0);
    lane.refresh(model.data(), false);
    QSignalSpy chosen(&lane, &LaneView::figureChosen);
    for (Figure* f : lane.findChildren<Figure*>()) {
      QVERIFY(!f->toolTip().isEmpty());
      f->click();
    }
    QCOMPARE(chosen.size(), 3);
    QCOMPARE(chosen[0][0].toString(), QStringLiteral("memory"));
  }
};

QTEST_MAIN(TestPages)
#include "tst_pages.moc"
