// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/claim_band.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/appearance.h"

namespace presslab {
namespace {

constexpr double kMargin = 7, kBandHeight = 9, kDot = 3.5, kPoint = 1.5;

}  // namespace

void ClaimBand::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyledItemDelegate::paint(painter, option, index);  // ground and selection
  const ClaimRow& row = m_rowOf(index);
  double low = 0, high = 0;
  for (const double v : {row.lo, row.hi, row.measured, row.from, row.to, row.bound})
    if (std::isfinite(v)) {
      low = std::min(low, v);
      high = std::max(high, v);
    }
  if (high <= low || !std::isfinite(row.measured)) return;
  const Look& c = look();
  const QRectF box = QRectF(option.rect).adjusted(kMargin, 0, -kMargin, 0);
  const double y = box.center().y();
  const auto x = [&](double v) { return box.left() + box.width() * (v - low) / (high - low); };
  const bool chosen = option.state & QStyle::State_Selected;
  const QColor ink = chosen ? c.accentText : row.verdict == "holds" ? c.good : row.verdict == "does not hold" ? c.bad : c.muted;
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  QColor ground = chosen ? c.accentText : c.line;
  ground.setAlphaF(.35F);
  painter->setPen(Qt::NoPen);
  painter->setBrush(ground);
  const double right = std::isfinite(row.hi) ? x(row.hi) : box.right();
  const double width = std::max(right - x(row.lo), 2 * kPoint);  // a single figure is a stroke
  painter->drawRect(QRectF(x(row.lo) - (right - x(row.lo) < width ? kPoint : 0), y - kBandHeight / 2, width, kBandHeight));
  if (std::isfinite(row.bound)) {
    painter->setPen(QPen(chosen ? c.accentText : c.text, 1.4));
    painter->drawLine(QPointF(x(row.bound), y - kBandHeight / 2 - 2), QPointF(x(row.bound), y + kBandHeight / 2 + 2));
  }
  painter->setPen(QPen(ink, 1.6));
  if (std::isfinite(row.from) && std::isfinite(row.to)) painter->drawLine(QPointF(x(row.from), y), QPointF(x(row.to), y));
  painter->setBrush(ink);
  painter->setPen(Qt::NoPen);
  painter->drawEllipse(QPointF(x(row.measured), y), kDot, kDot);
  painter->restore();
}

}  // namespace presslab
