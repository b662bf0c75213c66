// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporter.h"

#include <QDir>
#include <QSettings>
#include <QTextStream>
#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>

#include "core/api/error.h"
#include "core/api/run_store.h"
#include "core/export/export.h"
#include "ui/charts/charts.h"
#include "ui/forms/shell_text.h"
#include "ui/models/comparison_model.h"

namespace presslab {

QStringList exportCharts(const std::vector<ChartView*>& charts, const QString& dir, const QStringList& formats, const ChartSize& size) {
  if (!QDir().mkpath(dir)) throw Failure(ErrorCode::Io, dir.toStdString() + ": the folder cannot be made");
  QStringList paths;
  for (ChartView* chart : charts) {
    if (!chart->isApplicable()) continue;
    for (const QString& format : formats) {
      paths << QDir(dir).filePath(chart->id() + QLatin1Char('.') + format);
      chart->exportTo(paths.last(), size);
    }
  }
  return paths;
}

int renderRun(const QString& run, const QString& dir, const RenderSpec& spec) {
  QTextStream err(stderr);
  try {
    for (const QString& format : spec.formats)
      if (!QStringList{QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf")}.contains(format))
        badInput("--charts: '" + format.toStdString() + "' is none of png, svg, pdf");
    auto comparison = std::make_shared<const Comparison>(readRun(run.toStdString()));
    ComparisonModel model;
    model.setComparison(comparison);
    QWidget host;
    const std::vector<ChartView*> charts = makeCharts(&host);
    for (ChartView* chart : charts) {
      chart->setDark(spec.dark);
      chart->refresh(model.data());
    }
    exportCharts(charts, dir, spec.formats, spec.size);
    if (spec.report) {
      for (ChartView* chart : charts) chart->setDark(false);  // paper is white
      writeReport(*comparison, charts, QDir(dir).filePath(QStringLiteral("report.pdf")), spec.paper);
    }
    return 0;
  } catch (const Failure& e) {
    err << "presslab: " << e.what() << '\n';
    return int(e.code());
  } catch (const std::exception& e) {
    err << "presslab: " << e.what() << '\n';
    return int(ErrorCode::Io);
  }
}

ChartSize chartSizeSetting() {
  QSettings s;
  ChartSize size;
  size.widthMm = std::clamp(s.value(QStringLiteral("export/widthMm"), size.widthMm).toDouble(), 60.0, 600.0);
  size.heightMm = std::clamp(s.value(QStringLiteral("export/heightMm"), size.heightMm).toDouble(), 60.0, 600.0);
  size.dpi = std::clamp(s.value(QStringLiteral("export/dpi"), size.dpi).toInt(), 72, 600);
  return size;
}

void setChartSizeSetting(const ChartSize& size) {
  QSettings s;
  s.setValue(QStringLiteral("export/widthMm"), size.widthMm);
  s.setValue(QStringLiteral("export/heightMm"), size.heightMm);
  s.setValue(QStringLiteral("export/dpi"), size.dpi);
}

QString commandOf(const CompareSpec& spec, const QString& documentPath) {
  QStringList c{QStringLiteral("presslab-cli compare")};
  if (!spec.model.path.empty()) c << QStringLiteral("-m") << shellQuoted(QString::fromStdString(spec.model.path));
  if (spec.model.device != "cpu") c << QStringLiteral("--device") << QString::fromStdString(spec.model.device);
  if (spec.prompt.text)
    c << QStringLiteral("--prompt-file") << shellQuoted(documentPath);
  else if (spec.prompt.contextTokens)
    c << QStringLiteral("--context") << QString::number(*spec.prompt.contextTokens);
  if (spec.prompt.question) c << QStringLiteral("--question") << shellQuoted(QString::fromStdString(*spec.prompt.question));
  QStringList methods;
  for (const std::string& m : spec.methods) methods << QString::fromStdString(m);
  c << QStringLiteral("--methods") << shellQuoted(methods.join(QLatin1Char(';'))) << QStringLiteral("-n") << QString::number(spec.maxNewTokens);
  if (spec.match != Match::Ratio)
    c << QStringLiteral("--match") << (spec.match == Match::Bytes ? QStringLiteral("bytes") : QStringLiteral("quality"));
  if (spec.mode == RunMode::Race) c << QStringLiteral("--mode race");
  return c.join(QLatin1Char(' '));
}

}  // namespace presslab
