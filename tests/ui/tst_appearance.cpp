// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QTest>

#include "ui/appearance.h"
#include "ui/charts/maps.h"
#include "ui/charts/palette.h"

using namespace presslab;

class TestAppearance : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void contrastIsThatOfWcag() {
    QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 0.01);
    QVERIFY(std::abs(contrast(QColor(0x767676), Qt::white) - 4.54) < 0.01);
    QCOMPARE(contrast(Qt::red, Qt::red), 1.0);
  }

  void textIsReadableOnBothGrounds() {
    for (bool dark : {false, true}) {
      const Look& c = look(dark);
      for (const QColor& ground : {c.window, c.surface})
        for (const QColor& ink : {c.text, c.muted, c.accent, c.good, c.bad})
          QVERIFY2(contrast(ink, ground) >= 4.5,
                   qPrintable(QStringLiteral("%1 on %2: %3").arg(ink.name(), ground.name()).arg(contrast(ink, ground))));
      QVERIFY(contrast(c.accentText, c.accent) >= 4.5);
      QVERIFY(contrast(c.surface, c.bad) >= 4.5);  // the banner
      QVERIFY(contrast(c.line, c.surface) >= 3);
    }
  }

  void linesOfMethodsAreVisible() {
    for (bool dark : {false, true})
      for (int method = 0; method < 8; ++method)
        QVERIFY2(
            contrast(methodColor(method, dark), look(dark).surface) >= 3,
            qPrintable(QStringLiteral("method %1, dark %2: %3").arg(method).arg(dark).arg(contrast(methodColor(method, dark), look(dark).surface))));
  }

  void methodsDifferInMoreThanColour() {
    for (int a = 0; a < 8; ++a)
      for (int b = a + 1; b < 8; ++b) {
        QVERIFY(methodColor(a, false) != methodColor(b, false));
        QVERIFY(methodColor(a, true) != methodColor(b, true));
        QVERIFY(methodMarker(a) != methodMarker(b));
      }
  }

  void theThemeReachesPaletteAndSheet() {
    QVERIFY(applyTheme(Theme::Dark));
    QCOMPARE(QApplication::palette().color(QPalette::Window), look(true).window);
    QVERIFY(qApp->styleSheet().contains(look(true).surface.name()));
    QVERIFY2(!qApp->styleSheet().contains(QLatin1Char('@')), "a role of the sheet has no colour");
    QVERIFY(!applyTheme(Theme::Light));
    QCOMPARE(QApplication::palette().color(QPalette::Window), look(false).window);
    QVERIFY(&look() == &look(false));
  }
};

QTEST_MAIN(TestAppearance)
#include "tst_appearance.moc"
