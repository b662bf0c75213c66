// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSharedPointer>
#include <algorithm>
#include <map>

#include "ui/charts/cell_grid.h"
#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

void setTicks(QCPAxis* axis, const std::map<double, QString>& labels, double rotation) {
  QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
  for (const auto& [at, label] : labels) ticker->addTick(at, label);
  axis->setTicker(ticker);
  axis->setTickLabelRotation(rotation);
  axis->grid()->setVisible(false);
}

// Colours of kinds, apart from those of the methods on this screen.
QColor kindColor(HeadKind kind, bool dark) {
  switch (kind) {
    case HeadKind::Full:
      return methodColor(0, dark);
    case HeadKind::Retrieval:
      return methodColor(7, dark);
    case HeadKind::Routed:
      return methodColor(3, dark);
    case HeadKind::Streaming:
      return methodColor(5, dark);
  }
  return {};
}

void legendEntry(QCustomPlot* plot, const QString& name, const QColor& color) {
  QCPGraph* g = plot->addGraph();
  g->setName(name);
  g->setPen(Qt::NoPen);
  g->setLineStyle(QCPGraph::lsNone);
  g->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssSquare, color, color, 7));
}

// The ids alone: titles would not fit below the columns.
QString shortName(const Lane& lane) {
  QStringList ids;
  for (const QString& part : lane.method.split(QLatin1Char('+'))) ids << part.section(QLatin1Char('('), 0, 0);
  return ids.join(QLatin1Char('+'));
}

}  // namespace

HeadMap::HeadMap(QWidget* parent) : ChartView("heads", parent), m_grid(new CellGrid(plot()->xAxis, plot()->yAxis)) {
  keepLegend();
  m_grid->removeFromLegend();
  plot()->yAxis->setRangeReversed(true);
}

void HeadMap::draw(const ChartData& data) {
  m_drawn = &data;
  plot()->clearGraphs();
  axisLabels(QString(), tr("layer"));
  m_grid->cells.clear();
  m_grid->textColor = theme().text;
  std::map<double, QString> ticks;
  double at = 0;
  for (const Lane& l : data.lanes) {
    int heads = 0;
    for (const HeadMetrics& h : l.heads) {
      heads = std::max(heads, h.head + 1);
      const QColor c = kindColor(h.kind, theme().dark);
      m_grid->cells.push_back({at + h.head, double(h.layer), c, c, h.total > 0 ? double(h.kept) / double(h.total) : 1.0, 0, {}});
    }
    if (heads == 0) continue;
    ticks[at + (heads - 1) / 2.0] = shortName(l);
    at += heads + 1;
  }
  setTicks(plot()->xAxis, ticks, 0);
  legendEntry(plot(), tr("full"), kindColor(HeadKind::Full, theme().dark));
  legendEntry(plot(), tr("retrieval"), kindColor(HeadKind::Retrieval, theme().dark));
  legendEntry(plot(), tr("routed"), kindColor(HeadKind::Routed, theme().dark));
  legendEntry(plot(), tr("streaming"), kindColor(HeadKind::Streaming, theme().dark));
}

ChartView::Table HeadMap::table() const {
  Table t{{tr("Method"), tr("Layer"), tr("KV head"), tr("Kind"), tr("Kept"), tr("Of"), tr("Bytes")}, {}};
  if (!m_drawn) return t;
  const QStringList kinds{tr("full"), tr("retrieval"), tr("routed"), tr("streaming")};
  for (const Lane& l : m_drawn->lanes)
    for (const HeadMetrics& h : l.heads)
      t.rows << QStringList{l.label,
                            QString::number(h.layer),
                            QString::number(h.head),
                            kinds[int(h.kind)],
                            QString::number(h.kept),
                            QString::number(h.total),
                            QString::number(h.bytes)};
  return t;
}

ExpertMap::ExpertMap(QWidget* parent) : ChartView("experts", parent), m_grid(new CellGrid(plot()->xAxis, plot()->yAxis)) {
  keepLegend();
  m_grid->removeFromLegend();
  plot()->yAxis->setRangeReversed(true);
}

void ExpertMap::draw(const ChartData& data) {
  m_drawn = &data;
  plot()->clearGraphs();
  axisLabels(QString(), tr("layer"));
  m_grid->cells.clear();
  m_grid->textColor = theme().text;
  m_grid->notchColor = methodColor(1, theme().dark);
  std::map<double, QString> ticks;
  double at = 0;
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    std::map<int, std::pair<int64_t, int64_t>> byLayer;  // sum and largest load
    int experts = 0;
    for (const ExpertMetrics& e : l.experts) {
      experts = std::max(experts, e.expert + 1);
      auto& [sum, most] = byLayer[e.layer];
      sum += e.tokens;
      most = std::max(most, e.tokens);
    }
    for (const ExpertMetrics& e : l.experts) {
      const auto [sum, most] = byLayer[e.layer];
      const double share = most > 0 ? double(e.tokens) / double(most) : 0;
      m_grid->cells.push_back({at + e.expert,
                               double(e.layer),
                               color(int(m)),
                               color(int(m)),
                               share,
                               e.tokens > 0 ? double(e.dropped) / double(e.tokens + e.dropped) : 0,
                               {}});
      ticks[at + e.expert] = QString::fromStdString(e.policy);
    }
    for (const auto& [layer, load] : byLayer)
      if (layer % 3 == 0 && load.first > 0)
        m_grid->cells.push_back({at + experts, double(layer), {}, {}, 0, 0, number(double(load.second) * experts / double(load.first), 2)});
    if (experts == 0) continue;
    ticks[at + experts] = tr("max/mean");
    at += experts + 2;
    legendEntry(plot(), l.label, color(int(m)));
  }
  legendEntry(plot(), tr("dropped"), m_grid->notchColor);
  setTicks(plot()->xAxis, ticks, at > 7 ? 25 : 0);
}

ChartView::Table ExpertMap::table() const {
  Table t{{tr("Method"), tr("Layer"), tr("Expert"), tr("Policy"), tr("Tokens"), tr("Dropped"), tr("Displaced"), tr("Weight"), tr("Bias")}, {}};
  if (!m_drawn) return t;
  for (const Lane& l : m_drawn->lanes)
    for (const ExpertMetrics& e : l.experts)
      t.rows << QStringList{l.label,
                            QString::number(e.layer),
                            QString::number(e.expert),
                            QString::fromStdString(e.policy),
                            QString::number(e.tokens),
                            QString::number(e.dropped),
                            QString::number(e.displaced),
                            number(e.weight, 3),
                            number(e.bias, 3)};
  return t;
}

}  // namespace presslab
