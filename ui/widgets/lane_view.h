// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>

class QLabel;
class QProgressBar;
class QTextEdit;

namespace presslab {

struct Lane;

/// One method while it runs: phase and time left, figures with their change against the baseline, the answer as it is written.
class LaneView : public QFrame {
  Q_OBJECT
 public:
  explicit LaneView(int index, QWidget* parent = nullptr);
  void refresh(const Lane& lane, const Lane& baseline, bool dark);

 private:
  void figures(const Lane& lane, const Lane& baseline);
  void answer(const Lane& lane, const Lane& baseline);
  int m_index;
  QLabel *m_title, *m_memory, *m_time, *m_same;
  QProgressBar* m_phase;
  QTextEdit* m_answer;
  QString m_shown;
};

/// Name of a phase, translated.
QString phaseName(int phase);

}  // namespace presslab
