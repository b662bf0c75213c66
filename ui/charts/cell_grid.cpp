// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/cell_grid.h"

#include <algorithm>

#include "ui/charts/palette.h"

namespace presslab {

QCPRange CellGrid::getKeyRange(bool& found, QCP::SignDomain) const {
  found = !cells.empty();
  if (!found) return {};
  const auto [lo, hi] = std::minmax_element(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.x < b.x; });
  return {lo->x - 0.6, hi->x + 0.6};
}

QCPRange CellGrid::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const {
  found = !cells.empty();
  if (!found) return {};
  const auto [lo, hi] = std::minmax_element(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.y < b.y; });
  return {lo->y - 0.6, hi->y + 0.6};
}

void CellGrid::draw(QCPPainter* painter) {
  QCPAxis *xAxis = keyAxis(), *yAxis = valueAxis();
  painter->setAntialiasing(false);
  const QFont font = chartFont(textSize);
  const QFontMetrics metrics(font);
  painter->setFont(font);
  for (const Cell& c : cells) {
    if (c.x < xAxis->range().lower - 1 || c.x > xAxis->range().upper + 1 || c.y < yAxis->range().lower - 1 || c.y > yAxis->range().upper + 1)
      continue;
    const QRectF box = QRectF(QPointF(xAxis->coordToPixel(c.x - 0.46), yAxis->coordToPixel(c.y - 0.44)),
                              QPointF(xAxis->coordToPixel(c.x + 0.46), yAxis->coordToPixel(c.y + 0.44)))
                           .normalized();
    if (!c.text.isEmpty()) {
      if (box.height() < 3) continue;
      painter->setPen(textColor);
      painter->drawText(box.adjusted(-8, -6, 8, 6), Qt::AlignCenter, c.text);
      continue;
    }
    QColor pale = c.frame;
    pale.setAlpha(50);
    if (c.frame.alpha() > 0) painter->fillRect(box, pale);
    QRectF part = box;
    part.setTop(box.bottom() - box.height() * std::clamp(c.filled, 0.0, 1.0));
    painter->fillRect(part, c.fill);
    if (c.notch > 0) {
      const double w = box.width() * std::clamp(c.notch, 0.12, 1.0);
      painter->fillRect(QRectF(box.right() - w, box.top(), w, std::min(3.0, box.height())), notchColor);
    }
    if (!c.inner.isEmpty() && box.height() >= metrics.ascent() && box.width() >= metrics.horizontalAdvance(c.inner)) {
      painter->setPen(c.innerColor);
      painter->drawText(box, Qt::AlignCenter | Qt::TextDontClip, c.inner);
    }
    if (c.outline.isValid()) {
      const double inset = c.outlineWidth / 2.0;
      painter->setPen(QPen(c.outline, c.outlineWidth));
      painter->setBrush(Qt::NoBrush);
      painter->drawRect(box.adjusted(inset, inset, -inset, -inset));
    }
  }
}

}  // namespace presslab
