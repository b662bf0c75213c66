// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/phase_ribbon.h"

#include <QPainter>
#include <algorithm>
#include <iterator>

#include "ui/appearance.h"

namespace presslab {

PhaseRibbon::PhaseRibbon(QWidget* parent) : QWidget(parent) { setFixedHeight(7); }

void PhaseRibbon::set(double prompt, double answer, double quality, const QColor& color, bool stopped) {
  const double done[3] = {std::clamp(prompt, 0.0, 1.0), std::clamp(answer, 0.0, 1.0), std::clamp(quality, 0.0, 1.0)};
  if (std::equal(std::begin(done), std::end(done), m_done) && color == m_color && stopped == m_stopped) return;
  std::copy(std::begin(done), std::end(done), m_done);
  m_color = color;
  m_stopped = stopped;
  update();
}

void PhaseRibbon::paintEvent(QPaintEvent*) {
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(Qt::NoPen);
  const Look& c = look();
  constexpr double kShare[3] = {0.45, 0.35, 0.2}, kGap = 2;
  double x = 0;
  for (int i = 0; i < 3; ++i) {
    const double w = (width() - 2 * kGap) * kShare[i];
    p.setBrush(c.border);
    p.drawRoundedRect(QRectF(x, 1, w, height() - 2), 2, 2);
    if (m_done[i] > 0) {
      p.setBrush(m_stopped ? c.line : m_color);
      p.drawRoundedRect(QRectF(x, 1, std::max(3.0, w * m_done[i]), height() - 2), 2, 2);
    }
    x += w + kGap;
  }
}

}  // namespace presslab
