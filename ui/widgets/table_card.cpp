// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/table_card.h"

#include <QFrame>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/charts/palette.h"

namespace presslab {

QFrame* tableCard(QLabel* title, QTableView* table) {
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(22);
  table->setAlternatingRowColors(true);
  table->setShowGrid(false);
  table->setFont(chartFont(8.5));
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  title->setFont(chartFont(9, true));
  auto* frame = new QFrame;
  frame->setProperty("card", true);
  auto* inner = new QVBoxLayout(frame);
  inner->setContentsMargins(8, 5, 6, 6);
  inner->addWidget(title);
  inner->addWidget(table, 1);
  return frame;
}

}  // namespace presslab
