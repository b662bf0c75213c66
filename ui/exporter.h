// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <QStringList>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/run_spec.h"
#include "ui/charts/chart_view.h"
#include "ui/report.h"

namespace presslab {

/// Writes every chart in every format ("png", "svg", "pdf") into `dir`; returns the paths. Throws std::runtime_error.
QStringList exportCharts(const std::vector<ChartView*>& charts, const QString& dir, const QStringList& formats, const ChartSize& size = {});

/// What `--render` writes.
struct RenderSpec {
  QStringList formats;
  bool dark = false, report = false;  // report: report.pdf beside the charts
  ChartSize size;
  Paper paper = Paper::A4;
};
/// Draws the charts of a stored run (folder, file or id) without a window. Returns the exit code; errors go to stderr.
int renderRun(const QString& run, const QString& dir, const RenderSpec& spec);
/// The size that exports of the window have, kept between starts.
ChartSize chartSizeSetting();
void setChartSizeSetting(const ChartSize& size);
/// The presslab-cli command that repeats `spec`.
QString commandOf(const CompareSpec& spec, const QString& documentPath);

}  // namespace presslab
