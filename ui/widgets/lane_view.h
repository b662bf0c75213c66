// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <QString>

class QGridLayout;
class QLabel;
class QTextEdit;

namespace presslab {

class ElidedLabel;
class Figure;
class PhaseRibbon;
struct ChartData;
struct Lane;

/// One method while it runs: phase and time left, figures with their change against the baseline, the answer as it is written.
class LaneView : public QFrame {
  Q_OBJECT
 public:
  explicit LaneView(int index, QWidget* parent = nullptr);
  void refresh(const ChartData& data, bool dark);
  /// Less room: a smaller answer.
  void setCompact(bool compact);

 Q_SIGNALS:
  void figureChosen(const QString& chart);  // id of the chart that shows it

 private:
  void state(const Lane& lane, int newTokens, const QColor& color);
  void figures(const Lane& lane, const Lane& baseline, bool race);
  void why(const Lane& lane, const Lane& baseline);
  void answer(const Lane& lane, const Lane& baseline, bool dark);
  void setAnswer(const QString& html, bool finished);
  int m_index;
  ElidedLabel *m_title, *m_state;
  QLabel* m_mark;
  Figure *m_memory, *m_time, *m_same;
  PhaseRibbon* m_ribbon;
  QTextEdit* m_answer;
  QGridLayout* m_grid;
  QString m_shown;
};

/// Name of a phase, translated.
QString phaseName(int phase);

}  // namespace presslab
