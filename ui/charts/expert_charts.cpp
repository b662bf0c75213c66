// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/expert_charts.h"

#include <QKeyEvent>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/charts/cell_grid.h"
#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {

int layersOf(const std::vector<ExpertMetrics>& experts) {
  int n = 0;
  for (const ExpertMetrics& e : experts) n = std::max(n, e.layer + 1);
  return n;
}

int expertsOf(const std::vector<ExpertMetrics>& experts) {
  int n = 0;
  for (const ExpertMetrics& e : experts) n = std::max(n, e.expert + 1);
  return n;
}

int stepsOf(const std::vector<ExpertMetrics>& experts) {
  size_t n = 0;
  for (const ExpertMetrics& e : experts) n = std::max(n, e.load.size());
  return int(n);
}

int64_t expertLoad(const ExpertMetrics& e, int step) {
  if (step < 0) return e.tokens;
  return size_t(step) < e.load.size() ? e.load[size_t(step)] : 0;
}

double maxOverMean(const std::vector<ExpertMetrics>& experts, int layer, int step) {
  int64_t sum = 0, most = 0;
  int count = 0;
  for (const ExpertMetrics& e : experts) {
    if (e.layer != layer) continue;
    sum += expertLoad(e, step);
    most = std::max(most, expertLoad(e, step));
    ++count;
  }
  return sum > 0 ? double(most) * count / double(sum) : 0;
}

ExpertGrid::ExpertGrid(QWidget* parent) : ChartView("expert_grid", parent), m_grid(new CellGrid(plot()->xAxis, plot()->yAxis)) {
  m_grid->removeFromLegend();
  m_grid->textSize = 7.5;
  plot()->yAxis->setRangeReversed(true);
  plot()->setInteractions({});
}

QString ExpertGrid::quantityName(ExpertQuantity quantity) {
  switch (quantity) {
    case ExpertQuantity::Load:
      return tr("load (tokens)");
    case ExpertQuantity::Share:
      return tr("share of the layer (%)");
    case ExpertQuantity::Drops:
      return tr("dropped by capacity (tokens)");
    case ExpertQuantity::Weight:
      return tr("weight");
    case ExpertQuantity::Bias:
      return tr("bias");
  }
  return {};
}

QString ExpertGrid::caption() const {
  if (m_view.step >= 0 && m_view.quantity <= ExpertQuantity::Share)
    return tr("%1 of positions %2 to %3")
        .arg(quantityName(m_view.quantity), QString::number(m_view.step * 64), QString::number(m_view.step * 64 + 63));
  return tr("an expert here is an eviction policy · %1").arg(quantityName(m_view.quantity));
}

void ExpertGrid::show(const ExpertView& view, const ChartData& data) {
  m_view = view;
  ++m_revision;
  captionChanged();
  refresh(data);
}

double ExpertGrid::value(const ExpertMetrics& e) const {
  switch (m_view.quantity) {
    case ExpertQuantity::Load:
      return double(expertLoad(e, m_view.step));
    case ExpertQuantity::Share: {
      int64_t sum = 0;
      for (const ExpertMetrics& other : m_view.experts)
        if (other.layer == e.layer) sum += expertLoad(other, m_view.step);
      return sum > 0 ? 100.0 * double(expertLoad(e, m_view.step)) / double(sum) : 0;
    }
    case ExpertQuantity::Drops:
      return double(e.dropped);
    case ExpertQuantity::Weight:
      return e.weight;
    case ExpertQuantity::Bias:
      return e.bias;
  }
  return 0;
}

QString ExpertGrid::text(const ExpertMetrics& e) const {
  const bool whole = m_view.quantity == ExpertQuantity::Load || m_view.quantity == ExpertQuantity::Drops;
  return number(value(e), whole ? 0 : m_view.quantity == ExpertQuantity::Share ? 1 : 3);
}

void ExpertGrid::draw(const ChartData&) {
  plot()->clearGraphs();
  axisLabels(QString(), tr("layer"));
  m_grid->cells.clear();
  m_grid->textColor = theme().text;
  std::map<double, QString> columns;
  double most = 0;
  for (const ExpertMetrics& e : m_view.experts) most = std::max(most, std::abs(value(e)));
  const int experts = expertsOf(m_view.experts), layers = layersOf(m_view.experts);
  for (const ExpertMetrics& e : m_view.experts) {
    CellGrid::Cell cell;
    cell.x = e.expert;
    cell.y = e.layer;
    // One colour from pale to full; a negative bias takes another hue. The number stands on every cell, so colour carries nothing alone.
    QColor tint = value(e) < 0 ? kindColor(HeadKind::Streaming, theme().dark) : kindColor(HeadKind::Routed, theme().dark);
    tint.setAlphaF(float(most > 0 ? 0.55 * std::abs(value(e)) / most : 0));
    cell.frame = Qt::transparent;
    cell.fill = tint;
    cell.inner = text(e);
    cell.innerColor = theme().text;
    columns[e.expert] = QString::fromStdString(e.policy);
    m_grid->cells.push_back(cell);
  }
  for (int layer = 0; layer < layers; ++layer) {
    CellGrid::Cell cell;
    cell.x = experts + 0.15;
    cell.y = layer;
    cell.frame = Qt::transparent;
    cell.fill = Qt::transparent;
    cell.inner = number(maxOverMean(m_view.experts, layer, m_view.step), 2);
    cell.innerColor = theme().text;
    if (layer == m_view.layer) cell.outline = palette().color(QPalette::Highlight);
    m_grid->cells.push_back(cell);
  }
  if (experts > 0) columns[experts + 0.15] = tr("max/mean");
  setTicks(plot()->xAxis, columns);
  layerAxis(plot()->yAxis, std::max(1, layers));
}

void ExpertGrid::fit() {
  plot()->xAxis->setRange(-0.55, expertsOf(m_view.experts) + 0.7);
  plot()->yAxis->setRange(-0.6, std::max(0, layersOf(m_view.experts) - 1) + 0.6);
}

QString ExpertGrid::hoverText(double x, double y) const {
  const int layer = int(std::lround(y)), expert = int(std::lround(x));
  for (const ExpertMetrics& e : m_view.experts)
    if (e.layer == layer && e.expert == expert)
      return tr("<b>%1</b>, layer %2<br>%3 tokens<br>dropped %4, displaced %5<br>weight %6, bias %7")
          .arg(QString::fromStdString(e.policy), QString::number(layer), QLocale().toString(qlonglong(expertLoad(e, m_view.step))),
               QString::number(e.dropped), QString::number(e.displaced), number(e.weight, 3), number(e.bias, 3));
  if (layer >= 0 && layer < layersOf(m_view.experts) && expert == expertsOf(m_view.experts))
    return tr("layer %1: largest over mean load %2").arg(QString::number(layer), number(maxOverMean(m_view.experts, layer, m_view.step), 3));
  return {};
}

void ExpertGrid::clicked(double, double y) {
  const int layer = int(std::lround(y));
  if (layer >= 0 && layer < layersOf(m_view.experts)) Q_EMIT layerChosen(layer);
}

void ExpertGrid::keyPressEvent(QKeyEvent* event) {
  const int step = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
  if (step == 0) return ChartView::keyPressEvent(event);
  const int layer = m_view.layer + step;
  if (layer >= 0 && layer < layersOf(m_view.experts)) Q_EMIT layerChosen(layer);
}

ChartView::Table ExpertGrid::table() const {
  Table t{{tr("Layer"), tr("Expert"), tr("Policy"), tr("Tokens"), tr("Share (%)"), tr("Dropped"), tr("Displaced"), tr("Weight"), tr("Bias"),
           tr("max/mean of the layer")},
          {}};
  for (const ExpertMetrics& e : m_view.experts) {
    int64_t sum = 0;
    for (const ExpertMetrics& other : m_view.experts)
      if (other.layer == e.layer) sum += expertLoad(other, m_view.step);
    t.rows << QStringList{QString::number(e.layer),
                          QString::number(e.expert),
                          QString::fromStdString(e.policy),
                          QString::number(expertLoad(e, m_view.step)),
                          number(sum > 0 ? 100.0 * double(expertLoad(e, m_view.step)) / double(sum) : 0, 1),
                          QString::number(e.dropped),
                          QString::number(e.displaced),
                          number(e.weight, 3),
                          number(e.bias, 3),
                          number(maxOverMean(m_view.experts, e.layer, m_view.step), 3)};
  }
  return t;
}

ExpertStepChart::ExpertStepChart(QWidget* parent) : ChartView("expert_steps", parent) { keepLegend(); }

void ExpertStepChart::show(const ExpertView& view, const ChartData& data) {
  const bool renamed = view.layer != m_view.layer;
  m_view = view;
  ++m_revision;
  if (renamed) titleChanged();
  refresh(data);
}

void ExpertStepChart::draw(const ChartData&) {
  plot()->clearPlottables();
  axisLabels(tr("step"), tr("tokens"));
  for (const ExpertMetrics& e : m_view.experts) {
    if (e.layer != m_view.layer) continue;
    QVector<double> x, y;
    for (size_t i = 0; i < e.load.size(); ++i) {
      x << double(i);
      y << e.load[i];
    }
    QCPGraph* g = plot()->addGraph();
    g->setData(x, y, true);
    g->setName(QString::fromStdString(e.policy));
    g->setPen(QPen(color(e.expert + 1), 1.5, methodDash(e.expert + 1)));
    g->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ScatterShape(methodMarker(e.expert + 1)), 5));
  }
  if (m_view.step >= 0) {  // where the scrubber stands
    QCPGraph* g = plot()->addGraph();
    g->removeFromLegend();
    g->setData({double(m_view.step), double(m_view.step)}, {0, 64});
    g->setPen(QPen(theme().line, 1, Qt::DotLine));
  }
}

void ExpertStepChart::fit() {
  plot()->xAxis->setRange(-0.5, std::max(1, stepsOf(m_view.experts)) - 0.5);
  plot()->yAxis->setRange(0, 66);
}

ChartView::Table ExpertStepChart::table() const {
  Table t{{tr("Step"), tr("Expert"), tr("Policy"), tr("Tokens")}, {}};
  for (const ExpertMetrics& e : m_view.experts)
    for (size_t i = 0; e.layer == m_view.layer && i < e.load.size(); ++i)
      t.rows << QStringList{QString::number(i), QString::number(e.expert), QString::fromStdString(e.policy), QString::number(e.load[i])};
  return t;
}

}  // namespace presslab
