// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/throttle.h"

#include <algorithm>

namespace presslab {

Throttle::Throttle(int intervalMs, QObject* parent) : QObject(parent), m_interval(intervalMs) {
  m_timer.setSingleShot(true);
  connect(&m_timer, &QTimer::timeout, this, &Throttle::emitNow);
}

void Throttle::fire() {
  if (m_timer.isActive()) return;
  const qint64 gone = m_since.isValid() ? m_since.elapsed() : m_interval;
  m_timer.start(int(std::clamp<qint64>(m_interval - gone, 0, m_interval)));
}

void Throttle::emitNow() {
  Q_EMIT due();
  m_since.start();  // after the receivers: a slow repaint leaves the event loop its share of time
}

}  // namespace presslab
