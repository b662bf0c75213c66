// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/placement_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {

PlacementChart::PlacementChart(QWidget* parent) : ChartView("placement", parent) { keepLegend(); }

double PlacementChart::maxOverMean(const std::vector<double>& loads) {
  const double sum = std::accumulate(loads.begin(), loads.end(), 0.0);
  if (loads.empty() || sum <= 0) return std::numeric_limits<double>::quiet_NaN();
  return *std::max_element(loads.begin(), loads.end()) * double(loads.size()) / sum;
}

QString PlacementChart::caption() const {
  if (m_after.empty()) return {};
  return tr("max/mean %1 before, %2 after · dashed: mean").arg(number(maxOverMean(m_before), 3), number(maxOverMean(m_after), 3));
}

void PlacementChart::show(const std::vector<double>& before, const std::vector<double>& after, const ChartData& data) {
  m_before = before;
  m_after = after;
  ++m_revision;
  captionChanged();
  refresh(data);
}

void PlacementChart::draw(const ChartData&) {
  plot()->clearPlottables();
  axisLabels(tr("GPU"), tr("load"));
  const auto bars = [&](const std::vector<double>& loads, double at, const QString& name, const QColor& color, Qt::BrushStyle style) {
    QVector<double> x, y;
    for (size_t i = 0; i < loads.size(); ++i) {
      x << double(i) + at;
      y << loads[i];
    }
    auto* b = new QCPBars(plot()->xAxis, plot()->yAxis);
    b->setData(x, y, true);
    b->setWidth(0.36);
    b->setName(name);
    b->setPen(color);
    b->setBrush(QBrush(color, style));
  };
  bars(m_before, -0.2, tr("before: one copy each, in order"), color(0), Qt::BDiagPattern);
  bars(m_after, 0.2, tr("after: placed"), color(3), Qt::SolidPattern);
  if (m_after.empty()) return;
  const double mean = std::accumulate(m_after.begin(), m_after.end(), 0.0) / double(m_after.size());
  QCPGraph* line = plot()->addGraph();
  line->setName(tr("mean"));
  line->setData({-0.6, double(m_after.size()) - 0.4}, {mean, mean});
  line->setPen(QPen(theme().text, 1.2, Qt::DashLine));
  std::map<double, QString> ticks;
  const size_t every = std::max<size_t>(1, m_after.size() / 16);
  for (size_t i = 0; i < m_after.size(); i += every) ticks[double(i)] = QString::number(i);
  setTicks(plot()->xAxis, ticks);
}

void PlacementChart::fit() {
  double most = 1e-9;
  for (const auto* loads : {&m_before, &m_after})
    for (const double v : *loads) most = std::max(most, v);
  plot()->xAxis->setRange(-0.6, std::max<double>(1, double(m_after.size())) - 0.4);
  plot()->yAxis->setRange(0, most * 1.08);
}

QString PlacementChart::hoverText(double x, double) const {
  const auto gpu = std::lround(x);
  if (gpu < 0 || size_t(gpu) >= m_after.size()) return {};
  return tr("GPU %1: %2 before, %3 after").arg(QString::number(gpu), number(m_before[size_t(gpu)], 1), number(m_after[size_t(gpu)], 1));
}

ChartView::Table PlacementChart::table() const {
  Table t{{tr("GPU"), tr("Load before"), tr("Load after")}, {}};
  for (size_t i = 0; i < m_after.size(); ++i) t.rows << QStringList{QString::number(i), number(m_before[i], 2), number(m_after[i], 2)};
  return t;
}

}  // namespace presslab
