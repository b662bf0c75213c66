// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <QStringList>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/run_spec.h"

namespace presslab {

class ChartView;

/// Writes every chart in every format ("png", "svg", "pdf") into `dir`; returns the paths. Throws std::runtime_error.
QStringList exportCharts(const std::vector<ChartView*>& charts, const QString& dir, const QStringList& formats);
/// Draws the charts of a stored run (folder or id) without a window. Returns the exit code; errors go to stderr.
int renderRun(const QString& run, const QString& dir, const QStringList& formats, bool dark);
/// The presslab-cli command that repeats `spec`.
QString commandOf(const CompareSpec& spec, const QString& documentPath);

}  // namespace presslab
