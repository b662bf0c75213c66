// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the window writes to files: one chart, all charts, the run.
#include <QFileDialog>
#include <QFileInfo>
#include <QStatusBar>

#include "core/export/export.h"
#include "ui/exporter.h"
#include "ui/main_window.h"
#include "ui/models/comparison_model.h"

namespace presslab {

void MainWindow::exportAllCharts(const QStringList& formats) {
  const QString dir = QFileDialog::getExistingDirectory(this, tr("Folder for the charts"));
  if (dir.isEmpty()) return;
  try {
    const QStringList paths = exportCharts(m_charts, dir, formats, chartSizeSetting());
    statusBar()->showMessage(tr("%1 files written to %2").arg(paths.size()).arg(dir), 8000);
  } catch (const std::exception& e) {
    showError(QString::fromUtf8(e.what()));
  }
}

void MainWindow::exportChart(ChartView* chart) {
  QString filter;
  QString path = QFileDialog::getSaveFileName(this, tr("Export this chart"), chart->id() + QStringLiteral(".png"),
                                              QStringLiteral("PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"), &filter);
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QLatin1Char('.') + filter.section(QLatin1Char(' '), 0, 0).toLower();
  try {
    chart->exportTo(path, chartSizeSetting());
    statusBar()->showMessage(tr("Written: %1").arg(path), 8000);
  } catch (const std::exception& e) {
    showError(QString::fromUtf8(e.what()));
  }
}

void MainWindow::exportRun(RunFormat format) {
  static const QStringList kEnding{QStringLiteral("csv"), QStringLiteral("json"), QStringLiteral("md")};
  const QString ending = kEnding[int(format)];
  QString path = QFileDialog::getSaveFileName(this, tr("Export the run"), QStringLiteral("run.") + ending);
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1Char('.') + ending)) path += QLatin1Char('.') + ending;
  try {
    const Comparison& c = *m_model->data().comparison;
    const std::string content = format == RunFormat::Csv ? summaryCsv(c) : format == RunFormat::Json ? comparisonJson(c, true) : summaryMarkdown(c);
    writeFileAtomic(path.toStdString(), content);
    statusBar()->showMessage(tr("Written: %1").arg(path), 8000);
  } catch (const std::exception& e) {
    showError(QString::fromUtf8(e.what()));
  }
}

}  // namespace presslab
