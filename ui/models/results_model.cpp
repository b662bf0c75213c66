// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/results_model.h"

#include <QCoreApplication>
#include <QLocale>
#include <cmath>

#include "core/export/export.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

// What rounds to nothing has no sign.
QString shownNumber(double value, int decimals) {
  return QLocale().toString(std::abs(value) < 0.5 * std::pow(10.0, -decimals) ? 0.0 : value, 'f', decimals);
}

}  // namespace

void ResultsModel::setComparison(std::shared_ptr<const Comparison> comparison) {
  beginResetModel();
  m_comparison = std::move(comparison);
  endResetModel();
}

int ResultsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() || !m_comparison ? 0 : int(m_comparison->methods.size()); }
int ResultsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(metricColumns().size()) + 1; }

QVariant ResultsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const MethodMetrics& row = m_comparison->methods[size_t(index.row())];
  if (index.column() == 0) {
    const QString spec = QString::fromStdString(row.method);
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole) return role == Qt::DisplayRole ? methodLabel(spec) : spec;
    if (role == kRawRole) return index.row();
    return {};
  }
  const MetricColumn& column = metricColumns()[size_t(index.column() - 1)];
  const double value = column.get(row);
  if (role == kRawRole) return value;
  const ShownMetric shown = shownMetric(column);
  if (role == Qt::DisplayRole) return std::isnan(value) ? QStringLiteral("–") : shownNumber(value * shown.scale, shown.decimals);
  if (role == Qt::TextAlignmentRole) return int(Qt::AlignRight | Qt::AlignVCenter);
  return {};
}

QVariant ResultsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role == Qt::TextAlignmentRole && orientation == Qt::Horizontal && section > 0) return int(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
  if (section == 0) return QCoreApplication::translate("ResultsModel", "Method");
  const MetricColumn& column = metricColumns()[size_t(section - 1)];
  const QString name = QCoreApplication::translate("MetricColumns", std::string(column.header).c_str());
  const std::string_view unit = shownMetric(column).unit;
  return unit.empty() ? name : QStringLiteral("%1\n%2").arg(name, QString::fromUtf8(unit.data(), qsizetype(unit.size())));
}

}  // namespace presslab
