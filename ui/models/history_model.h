// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <string>
#include <vector>

#include "core/api/run_store.h"

namespace presslab {

/// The kept runs, one a row. Cells with a figure for each method show them in the methods' order and sort by the best.
class HistoryModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Time, Name, Model, Tokens, Methods, Saved, Decode, Divergence, Tags, State, kColumns };
  static constexpr int kSortRole = Qt::UserRole + 1;
  explicit HistoryModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void set(const std::vector<StoredRun>& runs);
  const StoredRun& run(int row) const { return m_runs[size_t(row)]; }
  const std::string& searchText(int row) const { return m_texts[size_t(row)]; }
  int rowOf(const std::string& id) const;  // -1: it is not there
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void retranslate();

 private:
  QString shown(const StoredRun& run, int column) const;
  std::vector<StoredRun> m_runs;
  std::vector<std::string> m_texts;
};

/// Narrowed by the rules of the store; figures that were not measured stand last, whichever way is sorted.
class HistoryFilter : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit HistoryFilter(QObject* parent = nullptr) : QSortFilterProxyModel(parent) {}
  void setQuery(const RunQuery& query);

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
  bool lessThan(const QModelIndex& a, const QModelIndex& b) const override;

 private:
  RunFilter m_filter{RunQuery{}};
};

}  // namespace presslab
