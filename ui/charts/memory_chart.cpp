// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {

MemoryChart::MemoryChart(QWidget* parent) : ChartView("memory", parent) {}

void MemoryChart::draw(const ChartData& data) {
  m_drawn = &data;
  axisLabels(tr("prefill by layer, then token by token"), tr("MiB"));
  plot()->clearPlottables();
  const double full = [&] {
    for (const Lane& l : data.lanes) {
      if (l.result && l.result->kvBytesFull > 0) return double(l.result->kvBytesFull);
      if (l.hasGhost && l.ghost.kvBytesFull > 0) return double(l.ghost.kvBytesFull);
    }
    return 0.0;
  }();
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    QVector<double> x, y;
    for (size_t i = 0; i < l.memory.size(); ++i) {
      x << double(i);
      y << mebi(double(l.memory[i].kvBytes));
    }
    const double predicted = l.result && l.result->kvBytesPredicted > 0 ? double(l.result->kvBytesPredicted)
                             : l.hasGhost && l.ghost.error.empty()      ? double(l.ghost.kvBytes)
                                                                        : 0;
    const double right = std::max<double>(40, double(l.memory.size()));
    if (predicted > 0) {
      QCPGraph* ghost = plot()->addGraph();
      ghost->setData({0, right}, {mebi(predicted), mebi(predicted)});
      ghost->setPen(QPen(color(int(m)), 1, Qt::DotLine));
      if (l.memory.empty())
        ghost->setName(tr("%1 (expected)").arg(l.label));
      else
        ghost->removeFromLegend();
    }
    if (x.isEmpty()) continue;
    QCPGraph* line = plot()->addGraph();
    line->setData(x, y, true);
    line->setPen(QPen(color(int(m)), 1.6, methodDash(int(m))));
    line->setName(l.label);
    line->setLineStyle(QCPGraph::lsLine);
    if (m > 0 && full > 0 && l.result && l.result->kvBytes < full) {  // what compression freed: from the held bytes up to the full cache
      QCPGraph* top = plot()->addGraph();
      const double from = double(std::count_if(l.memory.begin(), l.memory.end(), [](const MemorySample& s) { return s.token < 0; }));
      top->setData({from, x.last()}, {mebi(full), mebi(full)});
      top->setPen(QPen(color(int(m)), 0.5, Qt::DotLine));
      QCPGraph* bottom = plot()->addGraph();
      bottom->setData({from, x.last()}, {mebi(double(l.result->kvBytes)), y.last()});
      bottom->setPen(Qt::NoPen);
      QColor shade = color(int(m));
      shade.setAlpha(22);
      bottom->setBrush(shade);
      bottom->setChannelFillGraph(top);
      top->removeFromLegend();
      bottom->removeFromLegend();
    }
  }
}

void MemoryChart::fit() {
  plot()->rescaleAxes();
  plot()->xAxis->setRangeLower(0);
  plot()->yAxis->setRangeLower(0);
  plot()->yAxis->setRangeUpper(std::max(1.0, plot()->yAxis->range().upper) * 1.08);
}

ChartView::Table MemoryChart::table() const {
  Table t{{tr("Method"), tr("Step"), tr("Layer"), tr("Token"), tr("MiB")}, {}};
  if (!m_drawn) return t;
  for (const Lane& l : m_drawn->lanes)
    for (size_t i = 0; i < l.memory.size(); ++i) {
      const MemorySample& s = l.memory[i];
      t.rows << QStringList{l.label, QString::number(i), s.layer < 0 ? QString() : QString::number(s.layer),
                            s.token < 0 ? QString() : QString::number(s.token), number(mebi(double(s.kvBytes)), 3)};
    }
  return t;
}

}  // namespace presslab
