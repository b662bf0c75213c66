// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "ui/charts/qcp.h"

namespace presslab {

/// Ticks of an axis that counts layers of the prompt pass left of zero (all of them over `span` units) and decoded tokens right of it.
class LayerTokenTicker : public QCPAxisTicker {
 public:
  double span = 1;
  int layers = 0;

 protected:
  QVector<double> createTickVector(double step, const QCPRange& range) override {
    QVector<double> ticks;
    if (layers > 0 && range.lower < 0) {
      const double visible = (std::min(range.upper, 0.0) - range.lower) / span * layers;
      int every = 1;
      for (int candidate : {1, 2, 5, 10, 20, 50, 100, 200})
        if (visible / (every = candidate) <= 4) break;
      for (int layer = 0; layer < layers; layer += every) {
        const double at = span * (double(layer) / layers - 1);
        if (at >= range.lower && (layer == 0 || layers - layer >= every / 2)) ticks << at;
      }
    }
    if (range.upper > 0)
      for (double tick : QCPAxisTicker::createTickVector(std::max(1.0, step), QCPRange(0, range.upper)))
        if (tick >= 1 && tick >= range.lower) ticks << tick;
    return ticks;
  }
  QString getTickLabel(double tick, const QLocale& locale, QChar, int) override {
    if (tick >= 0) return locale.toString(qlonglong(std::llround(tick)));
    return QCoreApplication::translate("MemoryChart", "layer %1").arg(std::llround((tick / span + 1) * layers));
  }
};

}  // namespace presslab
