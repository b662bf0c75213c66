// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <memory>

#include "core/api/metrics.h"

namespace presslab {

/// The summary as a table: one row a method, one column a metric of metricColumns(), the method's name first. NaN shows as a dash.
class ResultsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  static constexpr int kRawRole = Qt::UserRole + 1;  // the number at full precision
  explicit ResultsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void setComparison(std::shared_ptr<const Comparison> comparison);
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::shared_ptr<const Comparison> m_comparison;
};

}  // namespace presslab
