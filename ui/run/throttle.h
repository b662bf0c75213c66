// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace presslab {

/// Turns any number of fire() calls into at most one `due` per interval. The last call is never lost. While a share is set, it also waits until
/// this thread has used no more than that share of the time since the last `due`: what is being timed must not feel the painting.
class Throttle : public QObject {
  Q_OBJECT
 public:
  explicit Throttle(int intervalMs = 34, QObject* parent = nullptr);
  void fire();
  /// Of one core, 0..1; 0: painting costs nobody anything.
  void setShare(double share) { m_share = share; }
  /// Milliseconds until the next `due`, `gone` after the last one of which this thread worked `spent`; at most half a second more than `gone`.
  static int waitMs(double gone, double spent, int interval, double share);

 Q_SIGNALS:
  void due();

 private:
  void dueOrWait();
  double spentMs() const;
  QTimer m_timer;
  QElapsedTimer m_since;
  int m_interval;
  double m_share = 0, m_spentBefore = 0;
};

}  // namespace presslab
