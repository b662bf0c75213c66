// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QFont>
#include <QString>
#include <Qt>

namespace presslab {

/// Colours of the charts on one background.
struct ChartTheme {
  bool dark = false;
  QColor background, text, grid, muted, line;
};
ChartTheme chartTheme(bool dark);

/// The fixed look of method number `index` in every chart: colours tell apart without colour vision (after Okabe and Ito), and dash and
/// marker repeat the distinction. The baseline is 0.
QColor methodColor(int index, bool dark);
Qt::PenStyle methodDash(int index);
int methodMarker(int index);  // a QCPScatterStyle::ScatterShape
/// A font of the given size that has Chinese glyphs where the system has any.
QFont chartFont(double pointSize, bool bold = false);
/// Bytes as mebibytes.
double mebi(double bytes);
}  // namespace presslab
