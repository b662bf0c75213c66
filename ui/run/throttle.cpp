// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/throttle.h"

#include <time.h>

#include <algorithm>
#include <cmath>

namespace presslab {
namespace {

constexpr double kLongestMs = 500;  // between two pictures, however dear they are

/// Processor time of the calling thread, ms.
double threadMs() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
}

}  // namespace

Throttle::Throttle(int intervalMs, QObject* parent) : QObject(parent), m_interval(intervalMs) {
  m_timer.setSingleShot(true);
  connect(&m_timer, &QTimer::timeout, this, &Throttle::dueOrWait);
}

int Throttle::waitMs(double gone, double spent, int interval, double share) {
  double wanted = interval;
  if (share > 0) wanted = std::max(wanted, std::min(spent / share, kLongestMs));
  return int(std::ceil(std::max(0.0, wanted - gone)));
}

double Throttle::spentMs() const { return threadMs() - m_spentBefore; }

void Throttle::fire() {
  if (m_timer.isActive()) return;
  m_timer.start(m_since.isValid() ? waitMs(double(m_since.elapsed()), spentMs(), m_interval, m_share) : 0);
}

void Throttle::dueOrWait() {
  // The pictures of the last time may have been painted only after fire(): their cost is known now.
  if (const int more = m_since.isValid() && m_share > 0 ? waitMs(double(m_since.elapsed()), spentMs(), m_interval, m_share) : 0; more > 0) {
    m_timer.start(more);
    return;
  }
  m_spentBefore = threadMs();
  Q_EMIT due();
  m_since.start();  // after the receivers: a slow repaint leaves the event loop its share of time
}

}  // namespace presslab
