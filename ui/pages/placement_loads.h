// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <QStringList>
#include <algorithm>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// layers x experts of one method.
inline std::vector<std::vector<double>> loadsOf(const MethodMetrics& m) {
  std::vector<std::vector<double>> loads;
  for (const ExpertMetrics& e : m.experts) {
    if (size_t(e.layer) >= loads.size()) loads.resize(size_t(e.layer) + 1);
    auto& row = loads[size_t(e.layer)];
    if (size_t(e.expert) >= row.size()) row.resize(size_t(e.expert) + 1);
    row[size_t(e.expert)] = double(e.tokens);
  }
  return loads;
}

/// The matrix as parseLoads() reads it.
inline QString jsonOf(const std::vector<std::vector<double>>& loads) {
  QStringList rows;
  for (const auto& row : loads) {
    QStringList cells;
    for (const double v : row) cells << QString::number(v, 'g', 17);
    rows << QLatin1Char('[') + cells.join(QLatin1Char(',')) + QLatin1Char(']');
  }
  return QLatin1Char('[') + rows.join(QLatin1Char(',')) + QLatin1Char(']');
}

/// Sum over layers.
inline std::vector<double> sumOf(const std::vector<std::vector<double>>& rows) {
  std::vector<double> sum;
  for (const auto& row : rows) {
    sum.resize(std::max(sum.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) sum[i] += row[i];
  }
  return sum;
}

}  // namespace presslab
