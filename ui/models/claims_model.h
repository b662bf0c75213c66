// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <memory>
#include <optional>
#include <string>

#include "core/api/claims_report.h"

namespace presslab {

/// The rows of a claims report as a table. Figures are the report's own texts (claimFigures).
class ClaimsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Text, MatchColumn, Length, Said, Measured, Verdict, Band, Interval, Bound, Section, Reason, ColumnCount };
  static constexpr int kSortRole = Qt::UserRole;
  explicit ClaimsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void setReport(std::shared_ptr<const ClaimsReport> report);
  void retranslate();
  const ClaimRow& row(int index) const { return m_report->rows[size_t(index)]; }
  int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() || !m_report ? 0 : int(m_report->rows.size()); }
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(ColumnCount); }
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::shared_ptr<const ClaimsReport> m_report;
};

/// Rows of one verdict, match and length; an unset part lets everything through. Sorts figures by value.
class ClaimsFilter : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit ClaimsFilter(ClaimsModel* model, QObject* parent = nullptr);
  void setVerdict(const std::string& verdict);  // "": all
  void setMatch(const std::string& match);      // "": all; "tips": the tips alone
  void setLength(int length);                   // 0: all
  /// Rows of this verdict under the other two parts of the filter.
  int count(const std::string& verdict) const;

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  bool inPlace(const ClaimRow& row) const;
  ClaimsModel* m_model;
  std::string m_verdict, m_match;
  int m_length = 0;
};

}  // namespace presslab
