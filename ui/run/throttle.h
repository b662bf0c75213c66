// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace presslab {

/// Turns any number of fire() calls into at most one `due` per interval. The last call is never lost.
class Throttle : public QObject {
  Q_OBJECT
 public:
  explicit Throttle(int intervalMs = 34, QObject* parent = nullptr);
  void fire();

 Q_SIGNALS:
  void due();

 private:
  void emitNow();
  QTimer m_timer;
  QElapsedTimer m_since;
  int m_interval;
};

}  // namespace presslab
