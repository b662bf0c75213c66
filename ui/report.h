// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

class ChartView;

enum class Paper { A4, Letter };
/// Letter where that is the paper of the country, else A4.
Paper paperHere();

/// A run on paper: cover with verdict and stamp, the measured table, every chart that shows something as vectors, claims, settings and how it
/// was measured. In the language of the window, in the charts' colours (light is for paper). Written beside and renamed: the old file or
/// the new one. Throws Failure(Io). GUI thread.
void writeReport(const Comparison& comparison, const std::vector<ChartView*>& charts, const QString& path, Paper paper);

/// Parts of the report as HTML.
QString reportCover(const Comparison& comparison);
QString reportTables(const Comparison& comparison);
QString reportEnd(const Comparison& comparison);

}  // namespace presslab
