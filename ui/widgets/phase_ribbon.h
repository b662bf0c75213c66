// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QWidget>

namespace presslab {

/// How far a method has come: the parts prompt, answer and quality fill from left to right.
class PhaseRibbon : public QWidget {
  Q_OBJECT
 public:
  explicit PhaseRibbon(QWidget* parent = nullptr);
  /// Shares done, 0 to 1.
  void set(double prompt, double answer, double quality, const QColor& color, bool stopped);
  QSize sizeHint() const override { return {120, 7}; }
  double done() const { return (m_done[0] + m_done[1] + m_done[2]) / 3; }

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  double m_done[3] = {};
  QColor m_color;
  bool m_stopped = false;
};

}  // namespace presslab
