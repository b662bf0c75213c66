// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Exported files are read back: size, resolution, where they come from; the report page by page.
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QMimeData>
#include <QProcess>
#include <QStandardPaths>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>

#include "core/api/error.h"
#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/report.h"
#include "ui_events.h"

using namespace presslab;

class TestReport : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  ComparisonModel m_model;
  QWidget m_host;
  std::vector<ChartView*> m_charts;
  std::shared_ptr<const Comparison> m_run;

  QString at(const char* name) const { return m_dir.filePath(QLatin1String(name)); }
  static QString read(const QString& path) {
    QFile f(path);
    return f.open(QIODevice::ReadOnly) ? QString::fromUtf8(f.readAll()) : QString();
  }
  static QString output(const QString& program, const QStringList& arguments) {
    QProcess p;
    p.start(program, arguments);
    p.waitForFinished(30000);
    return QString::fromUtf8(p.readAllStandardOutput());
  }
  static bool have(const char* program) { return !QStandardPaths::findExecutable(QLatin1String(program)).isEmpty(); }

 private Q_SLOTS:
  void initTestCase() {
    auto run = std::make_shared<Comparison>(*smallComparison());
    run->stamp.commit = "abc123";
    run->stamp.modelHash = "feedbeef";
    run->stamp.promptHash = "0ddba11";
    run->stamp.commandLine = "presslab-cli compare --context 64";
    run->verdict = "Half of the bytes at a fair price.";
    Claim claim;
    claim.text = "Duo saves 30-50 % of KV memory";
    claim.match = "ratio";
    claim.verdict = "holds";
    claim.lo = 30;
    claim.hi = 50;
    claim.measured = 50;
    run->claims.push_back(claim);
    m_run = run;
    m_model.setComparison(m_run);
    m_charts = makeCharts(&m_host);
    for (ChartView* chart : m_charts) chart->refresh(m_model.data());
  }

  void pngHasItsSizeAndItsOrigin() {
    ChartSize size;
    size.widthMm = 100;
    size.heightMm = 60;
    size.dpi = 300;
    m_charts[0]->exportTo(at("c.png"), size);
    const QImage image(at("c.png"));
    QVERIFY(std::abs(image.width() - 1181) <= 3 && std::abs(image.height() - 709) <= 3);
    QVERIFY(std::abs(image.dotsPerMeterX() - 11811) <= 2);
    QCOMPARE(image.text(QStringLiteral("Model hash")), QStringLiteral("feedbeef"));
    QCOMPARE(image.text(QStringLiteral("Prompt hash")), QStringLiteral("0ddba11"));
    QCOMPARE(image.text(QStringLiteral("Commit")), QStringLiteral("abc123"));
    QCOMPARE(image.text(QStringLiteral("Command")), QStringLiteral("presslab-cli compare --context 64"));
    QVERIFY(image.text(QStringLiteral("Software")).contains(QLatin1String("9.8.7")));
  }

  void svgHasItsSizeAndItsOrigin() {
    ChartSize size;
    size.widthMm = 127;
    size.heightMm = 76.2;
    m_charts[0]->exportTo(at("c.svg"), size);
    QSvgRenderer svg(at("c.svg"));
    QVERIFY(svg.isValid());
    QCOMPARE(svg.viewBox().size(), QSize(480, 288));
    const QString text = read(at("c.svg"));
    QVERIFY(text.contains(QLatin1String("width=\"127mm\"")));
    for (const char* part : {"feedbeef", "0ddba11", "abc123", "--context 64"}) QVERIFY2(text.contains(QLatin1String(part)), part);
    if (have("rsvg-convert")) QVERIFY(QProcess::execute(QStringLiteral("rsvg-convert"), {at("c.svg"), QStringLiteral("-o"), at("r.png")}) == 0);
  }

  void pdfHasItsSizeAndItsOrigin() {
    ChartSize size;
    size.widthMm = 160;
    size.heightMm = 90;
    m_charts[0]->exportTo(at("c.pdf"), size);
    if (!have("pdfinfo")) QSKIP("no pdfinfo");
    const QString info = output(QStringLiteral("pdfinfo"), {at("c.pdf")});
    QVERIFY2(info.contains(QRegularExpression(QStringLiteral("Page size:\\s+45[34](\\.\\d+)? x 25[456](\\.\\d+)? pts"))), qPrintable(info));
    for (const char* part : {"feedbeef", "0ddba11", "abc123", "--context 64"}) QVERIFY2(info.contains(QLatin1String(part)), qPrintable(info));
  }

  void clipboardHasImageAndTable() {
    m_charts[0]->copyToClipboard();
    const QMimeData* mime = QApplication::clipboard()->mimeData();
    QVERIFY(mime->hasImage());
    const ChartView::Table table = m_charts[0]->table();
    const QStringList lines = mime->text().split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), table.rows.size() + 1);
    QCOMPARE(lines[0].split(QLatin1Char('\t')), table.header);
    QCOMPARE(lines[1].split(QLatin1Char('\t')), table.rows[0]);
  }

  void reportOnBothPapersAndInBothLanguages() {
    if (!have("pdfinfo") || !have("pdftotext")) QSKIP("no pdfinfo");
    for (const bool chinese : {false, true}) {
      applyLanguage(chinese ? QStringLiteral("zh_CN") : QStringLiteral("en"));
      for (const Paper paper : {Paper::A4, Paper::Letter}) {
        writeReport(*m_run, m_charts, at("report.pdf"), paper);
        const QString info = output(QStringLiteral("pdfinfo"), {at("report.pdf")});
        QVERIFY2(info.contains(paper == Paper::A4 ? QLatin1String("(A4)") : QLatin1String("(letter)")), qPrintable(info));
        QVERIFY(info.contains(QLatin1String("feedbeef")));
        const int pages = info.section(QStringLiteral("Pages:"), 1).section(QLatin1Char('\n'), 0, 0).trimmed().toInt();
        int shown = 0;
        for (ChartView* chart : m_charts) shown += chart->hasContent();
        QVERIFY(shown >= 5);
        QVERIFY2(pages >= 3 + (shown + 1) / 2, qPrintable(info));
        const QString text = output(QStringLiteral("pdftotext"), {QStringLiteral("-layout"), at("report.pdf"), QStringLiteral("-")});
        QVERIFY(text.contains(QLatin1String("Half of the bytes at a fair price.")));
        QVERIFY(text.contains(QLatin1String("presslab-cli compare --context 64")));
        QVERIFY(text.contains(chinese ? QStringLiteral("测量方法") : QStringLiteral("How it was measured")));
        QVERIFY(text.contains(chinese ? QStringLiteral("成立") : QStringLiteral("holds")));
        QVERIFY(text.contains(chinese ? QStringLiteral("第 %1 页，共 %1 页").arg(pages) : QStringLiteral("Page %1 of %1").arg(pages)));
        for (ChartView* chart : m_charts)
          if (chart->hasContent()) QVERIFY2(text.contains(chart->title()), qPrintable(chart->title()));
      }
    }
    applyLanguage(QStringLiteral("en"));
  }

  void reportChartsAreVectors() {
    if (!have("pdfimages")) QSKIP("no pdfimages");
    writeReport(*m_run, m_charts, at("v.pdf"), Paper::A4);
    QCOMPARE(output(QStringLiteral("pdfimages"), {QStringLiteral("-list"), at("v.pdf")}).trimmed().split(QLatin1Char('\n')).size(), 2);  // its header
  }

  void aReportThatCannotBeWrittenLeavesTheOldOne() {
    QVERIFY(QFile::exists(at("v.pdf")));
    try {
      writeReport(*m_run, m_charts, at("no/such/folder/r.pdf"), Paper::A4);
      QFAIL("written");
    } catch (const Failure& e) {
      QCOMPARE(int(e.code()), 3);
      QVERIFY(QString::fromUtf8(e.what()).contains(QLatin1String("no/such/folder/r.pdf")));
    }
  }

  void theProgramWritesItWithoutAWindow() {
    if (!QFile::exists(QStringLiteral(PRESSLAB_BIN_DIR "/presslab"))) QSKIP("no program built");
    QProcess p;
    p.start(QStringLiteral(PRESSLAB_BIN_DIR "/presslab"),
            {QStringLiteral("--render"), at("none"), QStringLiteral("--out"), at("x"), QStringLiteral("--dpi"), QStringLiteral("7")});
    QVERIFY(p.waitForFinished(60000));
    QCOMPARE(p.exitCode(), 2);
    p.start(QStringLiteral(PRESSLAB_BIN_DIR "/presslab"),
            {QStringLiteral("--render"), at("none"), QStringLiteral("--out"), at("x"), QStringLiteral("--report")});
    QVERIFY(p.waitForFinished(60000));
    QVERIFY(p.exitCode() == 2 || p.exitCode() == 3);
  }
};

QTEST_MAIN(TestReport)
#include "tst_report.moc"
