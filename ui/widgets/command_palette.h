// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>
#include <QList>

class QAction;
class QLineEdit;
class QListWidget;

namespace presslab {

/// Every action of the window with its shortcut, found by typing; Enter runs it. Without a choice it is the cheat sheet.
class CommandPalette : public QDialog {
  Q_OBJECT
 public:
  CommandPalette(const QList<QAction*>& actions, QWidget* parent);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fill();
  void runChosen();
  QList<QAction*> m_actions;
  QLineEdit* m_search;
  QListWidget* m_list;
};

}  // namespace presslab
