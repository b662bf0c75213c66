// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>

class QMenuBar;

namespace presslab {

/// Every action of the menus with its keys, and the keys of charts and maps. Not modal.
class CheatSheet : public QDialog {
  Q_OBJECT
 public:
  explicit CheatSheet(const QMenuBar* menus, QWidget* parent = nullptr);
};

}  // namespace presslab
