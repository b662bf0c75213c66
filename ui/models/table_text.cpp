// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/table_text.h"

#include <algorithm>

namespace presslab {

QString tsvOf(const QAbstractItemModel& model, QModelIndexList rows) {
  if (rows.isEmpty())
    for (int r = 0; r < model.rowCount(); ++r) rows << model.index(r, 0);
  std::sort(rows.begin(), rows.end(), [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
  QString out;
  const auto line = [&](auto&& cell) {
    for (int c = 0; c < model.columnCount(); ++c) {
      if (c > 0) out += QLatin1Char('\t');
      out += cell(c).toString().simplified();  // no tab and no line end within a cell
    }
    out += QLatin1Char('\n');
  };
  line([&](int c) { return model.headerData(c, Qt::Horizontal, Qt::DisplayRole); });
  for (const QModelIndex& row : rows) line([&](int c) { return model.index(row.row(), c).data(Qt::DisplayRole); });
  return out;
}

}  // namespace presslab
