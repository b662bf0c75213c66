// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

class QLabel;
class QProgressBar;

namespace presslab {

/// How far a replay is, and a line on what was replayed. The bar keeps its place while it is hidden.
class ReplayProgress : public QWidget {
  Q_OBJECT
 public:
  explicit ReplayProgress(QWidget* parent = nullptr);
  void setShare(double share);  // 0..1
  void setBusy(bool busy);
  void say(const QString& text);
  QLabel* status() const { return m_status; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  QProgressBar* m_bar;
  QLabel* m_status;
};

}  // namespace presslab
