// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/cheat_sheet.h"

#include <QHeaderView>
#include <QMenu>
#include <QMenuBar>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/charts/palette.h"

namespace presslab {
namespace {

QString plain(QString text) { return text.remove(QLatin1Char('&')); }

void addRow(QTableWidget* table, const QString& where, const QString& what, const QString& keys) {
  const int row = table->rowCount();
  table->insertRow(row);
  table->setItem(row, 0, new QTableWidgetItem(where));
  table->setItem(row, 1, new QTableWidgetItem(what));
  table->setItem(row, 2, new QTableWidgetItem(keys));
}

void addMenu(QTableWidget* table, const QMenu* menu, const QString& where) {
  for (const QAction* action : menu->actions()) {
    if (action->isSeparator()) continue;
    if (action->menu())
      addMenu(table, action->menu(), where + QStringLiteral(" · ") + plain(action->text()));
    else
      addRow(table, where, plain(action->text()), action->shortcut().toString(QKeySequence::NativeText));
  }
}

}  // namespace

CheatSheet::CheatSheet(const QMenuBar* menus, QWidget* parent) : QDialog(parent) {
  setAttribute(Qt::WA_DeleteOnClose);
  setObjectName(QStringLiteral("cheatSheet"));
  setWindowTitle(tr("Shortcuts"));
  auto* table = new QTableWidget(0, 3);
  table->setObjectName(QStringLiteral("shortcuts"));
  table->setAccessibleName(tr("Shortcuts"));
  table->setHorizontalHeaderLabels({tr("Where"), tr("Action"), tr("Keys")});
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setShowGrid(false);
  table->setFont(chartFont(9));
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(24);
  for (const QAction* top : menus->actions())
    if (top->menu()) addMenu(table, top->menu(), plain(top->text()));
  addRow(table, tr("In a chart"), tr("Numbers as a table"), QStringLiteral("T"));
  addRow(table, tr("In a chart"), tr("Zoom at the cursor, move"), tr("wheel, drag"));
  addRow(table, tr("In a chart"), tr("Reset zoom"), QKeySequence(Qt::Key_Backspace).toString(QKeySequence::NativeText));
  table->resizeColumnsToContents();
  table->horizontalHeader()->setStretchLastSection(true);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(8, 8, 8, 8);
  box->addWidget(table);
  resize(620, 520);
}

}  // namespace presslab
