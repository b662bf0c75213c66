// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QListWidget>
#include <QSet>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

#include "core/api/press_info.h"
#include "ui/forms/spec_text.h"
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

  void aKnobChangesEveryMethodAndLosesNone() {
    ControlPanel panel;
    QVERIFY(panel.addMethod(QStringLiteral("snapkv(ratio=0.5)")));
    panel.findChild<QSlider*>(QStringLiteral("ratio"))->setValue(6);
    const std::vector<std::string> methods = panel.methods();
    QCOMPARE(methods.size(), size_t(4));
    QCOMPARE(methods[0], std::string("none"));
    for (size_t i = 1; i < methods.size(); ++i) QVERIFY2(methods[i].find("ratio=0.3") != std::string::npos, methods[i].c_str());
  }

  void aNinthMethodIsRefused() {
    ControlPanel panel;
    QSignalSpy failed(&panel, &ControlPanel::failed);
    while (panel.methods().size() < size_t(ControlPanel::kMostMethods)) QVERIFY(panel.addMethod(QStringLiteral("knorm(ratio=0.5)")));
    QVERIFY(!panel.addMethod(QStringLiteral("knorm(ratio=0.5)")));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(panel.methods().size(), size_t(8));
  }

  void aSpecWrittenByHandGoesThroughTheParser() {
    ControlPanel panel;
    QSignalSpy failed(&panel, &ControlPanel::failed);
    auto* list = panel.findChild<QListWidget*>(QStringLiteral("methods"));
    list->item(1)->setText(QStringLiteral("duo(ratio=7)"));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(list->item(1)->text(), QStringLiteral("duo(ratio=0.5)"));
    list->item(1)->setText(QStringLiteral("knorm(ratio=0.25)"));
    QCOMPARE(failed.size(), 1);
    QVERIFY(panel.methods()[1].rfind("knorm", 0) == 0);
  }

  void argumentsGoWhereTheyBelong() {
    QCOMPARE(withArguments(QStringLiteral("duo(ratio=0.5,sink=4)"),
                           {{QStringLiteral("ratio"), QStringLiteral("0.2")}, {QStringLiteral("top_k"), QStringLiteral("3")}}),
             QStringLiteral("duo(ratio=0.2,sink=4)"));
    QCOMPARE(withArguments(QStringLiteral("none"), {{QStringLiteral("ratio"), QStringLiteral("0.2")}}), QStringLiteral("none"));
    QCOMPARE(withArguments(QStringLiteral("eplb(ratio=0.35)+duo(ratio=0.15)"), {{QStringLiteral("ratio"), QStringLiteral("0.2")}}),
             QStringLiteral("eplb(ratio=0.35)+duo(ratio=0.15)"));
  }
};

QTEST_MAIN(TestPresets)
#include "tst_presets.moc"
