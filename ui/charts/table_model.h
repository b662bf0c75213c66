// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>

#include "ui/charts/chart_view.h"

namespace presslab {

/// The table twin of a chart as a model: large tables cost nothing until they are scrolled to.
class TableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  explicit TableModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void set(ChartView::Table table) {
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
  }
  int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(m_table.rows.size()); }
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(m_table.header.size()); }
  QVariant data(const QModelIndex& index, int role) const override {
    if (!index.isValid()) return {};
    if (role == Qt::DisplayRole) return m_table.rows[index.row()].value(index.column());
    if (role == Qt::TextAlignmentRole && isFigure(m_table.rows[index.row()].value(index.column()))) return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
  }
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole) return m_table.header.value(section);
    return QAbstractTableModel::headerData(section, orientation, role);
  }

 private:
  /// Figures and the sign for none stand under each other by their end, words by their beginning.
  static bool isFigure(const QString& text) {
    const QChar first = text.isEmpty() ? QChar(u'-') : text.front();
    return first.isDigit() || QStringView(u"-+.\u2013\u2212").contains(first);
  }
  ChartView::Table m_table;
};

}  // namespace presslab
