// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>

namespace presslab {

class ElidedLabel;
class Figure;
struct ChartData;

/// The answer of the run in three figures: quality at the same memory, memory at the same quality, speed. Grey until measured; each leads to
/// its chart.
class VerdictStrip : public QFrame {
  Q_OBJECT
 public:
  explicit VerdictStrip(QWidget* parent = nullptr);
  void refresh(const ChartData& data);

 Q_SIGNALS:
  void figureChosen(const QString& chart);
  void qualityMatchWanted();

 private:
  void unknown(const ChartData& data);
  void known(const ChartData& data, size_t best, size_t reference);
  Figure *m_loss, *m_memory, *m_speed;
  ElidedLabel* m_sentence;
  bool m_matchWanted = false;
};

}  // namespace presslab
