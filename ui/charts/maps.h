// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QString>
#include <map>

#include "core/api/metrics.h"

class QCPAxis;
class QCPBars;
class QCustomPlot;

namespace presslab {

/// Colours of kinds of heads, apart from those of the methods on the first screen.
QColor kindColor(HeadKind kind, bool dark);
QString kindName(HeadKind kind);
/// Text labels at the given places of a map's axis.
void setTicks(QCPAxis* axis, const std::map<double, QString>& labels);
/// The axis of a map that counts layers from 0.
void layerAxis(QCPAxis* axis, int layers);

/// A method's bars in a chart that groups methods.
QCPBars* methodBars(QCustomPlot* plot, const QString& name, const QColor& color, double width);

}  // namespace presslab
