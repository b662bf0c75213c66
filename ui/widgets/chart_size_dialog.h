// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>

class QSpinBox;

namespace presslab {

/// Size of exported charts on paper and fineness of PNG, kept for the next time. Not modal.
class ChartSizeDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ChartSizeDialog(QWidget* parent = nullptr);
  void accept() override;

 private:
  QSpinBox *m_width, *m_height, *m_dpi;
};

}  // namespace presslab
