// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

// Median of the last 15 samples up to each place.
QVector<double> runningMedian(const QVector<double>& y) {
  QVector<double> out;
  for (int i = 0; i < y.size(); ++i) {
    QVector<double> window = y.mid(std::max(0, i - 14), std::min(i, 14) + 1);
    std::nth_element(window.begin(), window.begin() + window.size() / 2, window.end());
    out << window[window.size() / 2];
  }
  return out;
}

}  // namespace

LatencyChart::LatencyChart(QWidget* parent) : ChartView("latency", parent) {}

void LatencyChart::draw(const ChartData& data) {
  m_drawn = &data;
  axisLabels(tr("decoded token"), tr("ms"));
  plot()->clearPlottables();
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    QVector<double> x, y;
    for (size_t i = 0; i < l.tokenMs.size(); ++i)
      if (l.tokenMs[i] > 0) {
        x << double(i + 1);
        y << l.tokenMs[i];
      }
    if (x.isEmpty()) continue;
    QCPGraph* dots = plot()->addGraph();
    QColor faint = color(int(m));
    faint.setAlpha(130);
    dots->setLineStyle(QCPGraph::lsNone);
    dots->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ScatterShape(methodMarker(int(m))), faint, 4));
    dots->setData(x, y, true);
    dots->removeFromLegend();
    QCPGraph* median = plot()->addGraph();
    median->setPen(QPen(color(int(m)), 1.8, methodDash(int(m))));
    median->setData(x, runningMedian(y), true);
    median->setName(l.label);
    if (l.boundMs > 0) {
      QCPGraph* bound = plot()->addGraph();
      bound->setPen(QPen(color(int(m)), 1, Qt::DashLine));
      bound->setData({0, x.last()}, {l.boundMs, l.boundMs});
      bound->setName(tr("%1: bandwidth bound").arg(l.label));
      bound->removeFromLegend();
    }
  }
}

void LatencyChart::fit() {
  plot()->rescaleAxes();
  plot()->xAxis->setRangeLower(0);
  if (plot()->graphCount() == 0) plot()->xAxis->setRangeUpper(64);
  double top = 1;  // an outlier may leave the picture, the medians may not
  for (int i = 0; i < plot()->graphCount(); ++i) {
    QVector<double> v;
    for (const QCPGraphData& d : *plot()->graph(i)->data()) v << d.value;
    if (v.isEmpty()) continue;
    std::sort(v.begin(), v.end());
    top = std::max(top, v[int(double(v.size() - 1) * 0.97)]);
  }
  plot()->yAxis->setRange(0, top * 1.15);
}

ChartView::Table LatencyChart::table() const {
  Table t{{tr("Method"), tr("Token"), tr("ms"), tr("Bound (ms)")}, {}};
  if (!m_drawn) return t;
  for (const Lane& l : m_drawn->lanes)
    for (size_t i = 0; i < l.tokenMs.size(); ++i)
      t.rows << QStringList{l.label, QString::number(i + 1), number(l.tokenMs[i], 3), l.boundMs > 0 ? number(l.boundMs, 3) : QString()};
  return t;
}

}  // namespace presslab
