// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

constexpr int kWindow = 15;  // samples of the running median

double medianAt(const QVector<double>& y, qsizetype i) {
  const qsizetype from = std::max<qsizetype>(0, i - kWindow + 1);
  QVector<double> window = y.mid(from, i - from + 1);
  std::nth_element(window.begin(), window.begin() + window.size() / 2, window.end());
  return window[window.size() / 2];
}

}  // namespace

LatencyChart::LatencyChart(QWidget* parent) : ChartView("latency", parent) {}

quint64 LatencyChart::revision(const ChartData& data) const { return data.tokenRev; }

const LatencyChart::Median& LatencyChart::medianOf(size_t method, const Lane& lane) {
  if (m_medians.size() <= method) m_medians.resize(method + 1);
  Median& m = m_medians[method];
  qsizetype measured = 0;
  double first = 0;
  for (double ms : lane.tokenMs)
    if (ms > 0 && measured++ == 0) first = ms;
  if (measured < m.y.size() || first != m.first) m = Median{first, {}, {}, {}};  // another run or repeat
  qsizetype seen = 0;
  for (size_t i = 0; i < lane.tokenMs.size(); ++i) {
    if (lane.tokenMs[i] <= 0 || seen++ < m.y.size()) continue;
    m.x << double(i + 1);
    m.y << lane.tokenMs[i];
    m.line << medianAt(m.y, m.y.size() - 1);
  }
  return m;
}

void LatencyChart::draw(const ChartData& data) {
  axisLabels(tr("decoded token"), tr("ms"));
  plot()->clearPlottables();
  m_right = std::max(8, data.newTokens);
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    const Median& median = medianOf(m, l);
    if (median.x.isEmpty()) continue;
    QCPGraph* dots = plot()->addGraph();
    QColor faint = color(int(m));
    faint.setAlpha(120);
    dots->setLineStyle(QCPGraph::lsNone);
    dots->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ScatterShape(methodMarker(int(m))), faint, 4));
    dots->setData(median.x, median.y, true);
    dots->removeFromLegend();
    QCPGraph* line = plot()->addGraph();
    line->setPen(QPen(color(int(m)), 1.8, methodDash(int(m))));
    line->setData(median.x, median.line, true);
    line->setName(l.label);
    m_right = std::max(m_right, median.x.last());
    if (l.boundMs <= 0) continue;
    QCPGraph* bound = plot()->addGraph();
    bound->setPen(QPen(color(int(m)), 1, Qt::DashLine));
    bound->setData({0, std::max<double>(data.newTokens, median.x.last())}, {l.boundMs, l.boundMs}, true);
    bound->removeFromLegend();
  }
}

void LatencyChart::fit() {
  plot()->xAxis->setRange(0, m_right);
  double top = 0.1;  // an outlier may leave the picture, the medians may not
  for (int i = 0; i < plot()->graphCount(); ++i) {
    QVector<double> v;
    for (const QCPGraphData& d : *plot()->graph(i)->data()) v << d.value;
    if (v.isEmpty()) continue;
    const auto place = v.begin() + qsizetype(double(v.size() - 1) * 0.97);
    std::nth_element(v.begin(), place, v.end());
    top = std::max(top, *place);
  }
  plot()->yAxis->setRange(0, plot()->graphCount() == 0 ? 10 : top * 1.2);
}

QString LatencyChart::readout(int token) const {
  QStringList parts;
  if (token < 1 || !data()) return {};
  for (const Lane& l : data()->lanes)
    if (size_t(token) <= l.tokenMs.size() && l.tokenMs[size_t(token) - 1] > 0)
      parts << QStringLiteral("%1 %2").arg(shortName(l.method), number(l.tokenMs[size_t(token) - 1], 2));
  return parts.isEmpty() ? QString() : tr("token %1: %2 ms").arg(QString::number(token), parts.join(QStringLiteral(" · ")));
}

ChartView::Table LatencyChart::table() const {
  Table t{{tr("Method"), tr("Token"), tr("ms"), tr("Bound (ms)")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
    for (size_t i = 0; i < l.tokenMs.size(); ++i)
      t.rows << QStringList{l.label, QString::number(i + 1), number(l.tokenMs[i], 3), l.boundMs > 0 ? number(l.boundMs, 3) : QString()};
  return t;
}

}  // namespace presslab
