// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/token_text.h"

#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/charts/palette.h"

namespace presslab {
namespace {

constexpr int kMargin = 8;

// Line ends show as a mark and break the line.
QString shownText(const QString& piece) {
  QString s = piece;
  s.replace(QLatin1Char('\n'), QStringLiteral("↵"));
  return s.replace(QLatin1Char('\t'), QStringLiteral("→"));
}

}  // namespace

TokenText::TokenText(QWidget* parent) : QAbstractScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setFont(chartFont(9.5));
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void TokenText::setTokens(const QStringList& pieces) {
  m_pieces = pieces;
  m_shares.clear();
  arrange();
}

void TokenText::setShares(std::vector<float> shares, bool difference) {
  m_shares = std::move(shares);
  m_difference = difference;
  viewport()->update();
}

void TokenText::arrange() {
  const QFontMetrics metrics(font());
  const int line = metrics.height() + 4, right = viewport()->width() - kMargin;
  int x = kMargin, y = kMargin;
  m_boxes.clear();
  m_boxes.reserve(size_t(m_pieces.size()));
  for (const QString& piece : m_pieces) {
    const int width = std::max(3, metrics.horizontalAdvance(shownText(piece)));
    if (x + width > right && x > kMargin) {
      x = kMargin;
      y += line;
    }
    m_boxes.emplace_back(x, y, width, line - 2);
    x += width;
    if (piece.contains(QLatin1Char('\n'))) {
      x = kMargin;
      y += line;
    }
  }
  verticalScrollBar()->setSingleStep(line);
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setRange(0, std::max(0, y + line + kMargin - viewport()->height()));
  viewport()->update();
}

void TokenText::paintEvent(QPaintEvent*) {
  QPainter p(viewport());
  const Look& c = look();
  p.fillRect(viewport()->rect(), c.surface);
  p.setFont(font());
  const int top = verticalScrollBar()->value(), bottom = top + viewport()->height();
  const auto first = std::lower_bound(m_boxes.begin(), m_boxes.end(), top, [](const QRect& box, int y) { return box.bottom() < y; });
  for (auto box = first; box != m_boxes.end() && box->top() <= bottom; ++box) {
    const auto i = size_t(box - m_boxes.begin());
    const float share = i < m_shares.size() ? m_shares[i] : 0;
    QColor ground = share < 0 ? methodColor(1, c.dark) : methodColor(2, c.dark);
    ground.setAlphaF(0.55F * std::min(1.0F, std::abs(share)));
    const QRect at = box->translated(0, -top);
    if (share != 0) p.fillRect(at, ground);
    p.setPen(m_difference || share > 0 || m_shares.empty() ? c.text : c.line);
    p.drawText(at, Qt::AlignLeft | Qt::AlignVCenter, shownText(m_pieces[qsizetype(i)]));
  }
}

int TokenText::tokenAt(const QPoint& position) const {
  const QPoint at = position + QPoint(0, verticalScrollBar()->value());
  const auto first = std::lower_bound(m_boxes.begin(), m_boxes.end(), at.y(), [](const QRect& box, int y) { return box.bottom() < y; });
  for (auto box = first; box != m_boxes.end() && box->top() <= at.y(); ++box)
    if (box->contains(at)) return int(box - m_boxes.begin());
  return -1;
}

void TokenText::scrollToToken(int index) {
  if (index >= 0 && size_t(index) < m_boxes.size()) verticalScrollBar()->setValue(m_boxes[size_t(index)].top() - viewport()->height() / 3);
}

void TokenText::resizeEvent(QResizeEvent*) { arrange(); }

void TokenText::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange) arrange();
  QAbstractScrollArea::changeEvent(event);
}

bool TokenText::viewportEvent(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QAbstractScrollArea::viewportEvent(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int i = tokenAt(help->pos());
  if (i < 0)
    QToolTip::hideText();
  else if (size_t(i) < m_shares.size())
    QToolTip::showText(help->globalPos(),
                       tr("token %1: kept by %2 % of the heads").arg(QString::number(i), number(100.0 * double(m_shares[size_t(i)]), 0)));
  return true;
}

}  // namespace presslab
