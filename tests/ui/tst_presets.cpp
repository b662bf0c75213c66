// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QSet>
#include <QTest>

#include "core/api/press_info.h"
#include "ui/models/presets.h"
#include "ui/widgets/control_panel.h"

using namespace presslab;

class TestPresets : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void valuesOfTheGuide_data() {
    QTest::addColumn<double>("ratio");
    QTest::addColumn<double>("split");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("context");
    QTest::newRow("balanced") << .5 << .7 << 4 << 2000;
    QTest::newRow("conservative") << .3 << .7 << 4 << 2000;
    QTest::newRow("aggressive") << .7 << .7 << 4 << 2000;
    QTest::newRow("experts_light") << .5 << .7 << 2 << 2000;
    QTest::newRow("experts_high") << .5 << .7 << 8 << 2000;
    QTest::newRow("split") << .5 << .6 << 4 << 2000;
    QTest::newRow("long_document") << .6 << .7 << 6 << 4000;
    QTest::newRow("chat") << .4 << .7 << 4 << 1000;
    QTest::newRow("generation") << .5 << .7 << 4 << 2000;
    QTest::newRow("tuned") << .5 << .7 << 5 << 2000;
    QTest::newRow("low_memory") << .2 << .7 << 2 << 1000;
  }

  void valuesOfTheGuide() {
    QFETCH(double, ratio);
    QFETCH(double, split);
    QFETCH(int, experts);
    QFETCH(int, context);
    for (const Preset& p : presets()) {
      if (QLatin1String(p.id) != QLatin1String(QTest::currentDataTag())) continue;
      QCOMPARE(p.ratio, ratio);
      QCOMPARE(p.split, split);
      QCOMPARE(p.experts, experts);
      QCOMPARE(p.contextTokens, context);
      return;
    }
    QFAIL("no such preset");
  }

  void everyPresetGivesSpecsThatParse() {
    for (const Preset& p : presets())
      for (const std::string& spec : knobsOf(p).methods()) QVERIFY2(!canonicalPressSpec(spec).empty(), spec.c_str());
  }

  void thePanelGivesBackWhatItWasGiven() {
    ControlPanel panel;
    QSet<QString> seen;
    for (const Preset& p : presets()) {
      panel.setKnobs(knobsOf(p));
      QCOMPARE(panel.methods(), knobsOf(p).methods());
      seen.insert(QString::fromStdString(panel.methods().back()));
    }
    QVERIFY(seen.size() >= 8);  // the presets differ in more than their names
  }
};

QTEST_MAIN(TestPresets)
#include "tst_presets.moc"
