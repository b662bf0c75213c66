// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace presslab {

/// The kept runs, newest first; a filter over all columns; Enter or a double click opens one.
class HistoryPage : public QWidget {
  Q_OBJECT
 public:
  explicit HistoryPage(QWidget* parent = nullptr);
  /// Reads the folder of runs again when the page is shown.
  void reload();

 Q_SIGNALS:
  void openWanted(const QString& folder);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void retranslateUi();
  void filter();
  QLabel* m_title;
  QLineEdit* m_filter;
  QPushButton* m_open;
  QTableWidget* m_table;
};

}  // namespace presslab
