// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/figure.h"

#include <QPainter>
#include <QStyleOptionButton>

#include "ui/appearance.h"
#include "ui/charts/palette.h"

namespace presslab {
namespace {

constexpr int kPad = 4;

}  // namespace

Figure::Figure(QWidget* parent) : QPushButton(parent) {
  setProperty("figure", true);
  setCursor(Qt::PointingHandCursor);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void Figure::set(const QString& caption, const QString& value, const QString& note, Tone tone, bool known) {
  if (caption == m_caption && value == m_value && note == m_note && tone == m_tone && known == m_known) return;
  const int before = sizeHint().width();
  m_caption = caption;
  m_value = value;
  m_note = note;
  m_tone = tone;
  m_known = known;
  setAccessibleName(QStringLiteral("%1: %2 %3").arg(caption, value, note).trimmed());
  if (sizeHint().width() > before) updateGeometry();  // a figure that only grows does not make its row tremble
  update();
}

void Figure::setWhy(const QString& text) {
  if (text == m_why) return;
  m_why = text;
  setToolTip(text);
  setAccessibleDescription(text);
}

QSize Figure::sizeHint() const {
  const QFontMetrics small(chartFont(8)), large(chartFont(m_points, true));
  const int value = large.horizontalAdvance(m_value) + 6 + small.horizontalAdvance(m_note);
  return {std::max(small.horizontalAdvance(m_caption), value) + 2 * kPad + 2, small.height() + large.height() + 3};
}

QSize Figure::minimumSizeHint() const { return {56, sizeHint().height()}; }

void Figure::paintEvent(QPaintEvent* event) {
  QPushButton::paintEvent(event);  // frame on hover and focus
  QPainter p(this);
  const Look& c = look();
  const QFont smallFont = chartFont(8), largeFont = chartFont(m_points, true);
  const QFontMetrics small(smallFont), large(largeFont);
  const int room = width() - 2 * kPad;
  p.setFont(smallFont);
  p.setPen(c.muted);
  p.drawText(QRect(kPad, 1, room, small.height()), Qt::AlignLeft | Qt::AlignVCenter, small.elidedText(m_caption, Qt::ElideRight, room));
  p.setFont(largeFont);
  p.setPen(m_known ? c.text : c.line);
  const QRect line(kPad, small.height() + 1, room, large.height());
  const QString shown = large.elidedText(m_value, Qt::ElideRight, room);
  p.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, shown);
  const int used = large.horizontalAdvance(shown) + 6;
  if (m_note.isEmpty() || small.horizontalAdvance(m_note) > room - used + 1) return;  // where there is no room, the tooltip has it
  p.setFont(smallFont);
  p.setPen(m_tone == Tone::Good ? c.good : m_tone == Tone::Bad ? c.bad : c.muted);
  // On the value's base line.
  p.drawText(kPad + used, line.top() + (line.height() - large.height()) / 2 + large.ascent(), m_note);
}

}  // namespace presslab
