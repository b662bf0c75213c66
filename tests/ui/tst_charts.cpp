// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QImage>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include "core/export/export.h"
#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/exporter.h"
#include "ui/models/comparison_model.h"
#include "ui_events.h"

using namespace presslab;

class TestCharts : public QObject {
  Q_OBJECT
 private:
  static RenderSpec formats(const QStringList& list) {
    RenderSpec spec;
    spec.formats = list;
    return spec;
  }

 private Q_SLOTS:
  void aStoredRunRenders() {
    QTemporaryDir dir;
    writeRunFolder(*smallComparison(), dir.filePath(QStringLiteral("run")).toStdString());
    const QString out = dir.filePath(QStringLiteral("charts"));
    QCOMPARE(renderRun(dir.filePath(QStringLiteral("run")), out, formats({"png", "svg", "pdf"})), 0);
    const QStringList png = QDir(out).entryList({QStringLiteral("*.png")}), svg = QDir(out).entryList({QStringLiteral("*.svg")}),
                      pdf = QDir(out).entryList({QStringLiteral("*.pdf")});
    QVERIFY(png.size() >= 5 && svg.size() >= 5 && !pdf.isEmpty());
    QCOMPARE(QDir(out).entryList(QDir::Files).size(), png.size() + svg.size() + pdf.size());
    for (const QString& name : png) {
      const QImage image(QDir(out).filePath(name));
      QSet<QRgb> colours;
      for (int y = 0; y < image.height(); y += 2)
        for (int x = 0; x < image.width(); x += 2) colours.insert(image.pixel(x, y));
      QVERIFY2(image.width() >= 960 && colours.size() > 8, qPrintable(name));
      QVERIFY2(image.text(QStringLiteral("Source")).contains(QLatin1String("9.8.7")), qPrintable(name));
    }
    for (const QString& name : svg) {
      QFile file(QDir(out).filePath(name));
      QVERIFY(file.open(QIODevice::ReadOnly));
      const QByteArray text = file.readAll();
      QVERIFY2(text.contains("<text") && text.contains("9.8.7"), qPrintable(name));
    }
    QFile first(QDir(out).filePath(pdf.first()));
    QVERIFY(first.open(QIODevice::ReadOnly));
    QVERIFY(first.read(5) == "%PDF-" && first.size() > 4000);
  }

  void wrongInputIsRefused() {
    QTemporaryDir dir;
    QCOMPARE(renderRun(dir.path(), dir.filePath(QStringLiteral("o")), formats({"gif"})), 2);
    QVERIFY(renderRun(dir.filePath(QStringLiteral("absent")), dir.filePath(QStringLiteral("o")), formats({"png"})) != 0);
  }

  void chineseIsInTheSvg() {
    applyLanguage(QStringLiteral("zh_CN"));
    QTemporaryDir dir;
    ComparisonModel model;
    model.setComparison(smallComparison());
    MemoryChart chart;
    chart.refresh(model.data());
    chart.exportTo(dir.filePath(QStringLiteral("m.svg")));
    QFile file(dir.filePath(QStringLiteral("m.svg")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(QString::fromUtf8(file.readAll()).contains(QStringLiteral("缓存")));
    applyLanguage(QStringLiteral("en"));
  }

  void everyChartHasATableAndAName() {
    ComparisonModel model;
    auto onDevice = std::make_shared<Comparison>(*smallComparison());
    for (MethodMetrics& m : onDevice->methods) m.device = {3 << 20, 5 << 20, 4 << 20};
    model.setComparison(onDevice);
    QWidget host;
    for (ChartView* chart : makeCharts(&host)) {
      host.show();
      chart->refresh(model.data());
      const ChartView::Table table = chart->table();
      QVERIFY2(!table.rows.isEmpty(), qPrintable(chart->id()));
      for (const QStringList& row : table.rows) QCOMPARE(row.size(), table.header.size());
      QVERIFY2(!chart->accessibleName().isEmpty(), qPrintable(chart->id()));
    }
  }

  void newDataKeepsTheZoom() {
    ComparisonModel model;
    model.begin({"none"});
    MemoryChart chart;
    chart.resize(400, 300);
    chart.show();
    chart.refresh(model.data());
    auto* plot = chart.findChild<QCustomPlot*>();
    QWheelEvent wheel(QPointF(200, 100), QPointF(200, 100), {}, QPoint(0, 120), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(plot, &wheel);
    const QCPRange zoomed = plot->xAxis->range();
    for (int i = 0; i < 500; ++i) model.apply(tokenEvent(0, i, i, 1, 1000000 + i));
    chart.refresh(model.data());
    QCOMPARE(plot->xAxis->range().upper, zoomed.upper);
    chart.resetZoom();
    QVERIFY(plot->xAxis->range().upper > zoomed.upper);
  }
};

QTEST_MAIN(TestCharts)
#include "tst_charts.moc"
