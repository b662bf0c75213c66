// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QString>
#include <vector>

#include "ui/charts/qcp.h"

namespace presslab {

/// Coloured cells at whole-number places of the axes: the ground of the head map and the expert map. Draws only what is in view.
class CellGrid : public QCPAbstractPlottable {
 public:
  struct Cell {
    double x = 0, y = 0;
    QColor frame, fill;
    double filled = 1;  // share of the cell from below that `fill` covers
    double notch = 0;   // share of a dark notch in the upper right corner
    QString text;       // instead of a cell: a small text at the place
    QColor outline{};   // valid: a frame around the cell
    int outlineWidth = 1;
    QString inner{};  // a small text on the cell, where it has room
    QColor innerColor{};
  };
  CellGrid(QCPAxis* x, QCPAxis* y) : QCPAbstractPlottable(x, y) {}
  std::vector<Cell> cells;
  double textSize = 6.5;
  QColor textColor, notchColor;

  double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }
  QCPRange getKeyRange(bool& found, QCP::SignDomain = QCP::sdBoth) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain = QCP::sdBoth, const QCPRange& = QCPRange()) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter*, const QRectF&) const override {}
};

}  // namespace presslab
