// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "ui/charts/charts.h"
#include "ui/charts/layer_token_ticker.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

int layersOf(const ChartData& data) {
  int layers = data.layers;
  for (const Lane& l : data.lanes)
    for (const MemorySample& s : l.memory) layers = std::max(layers, s.layer + 1);
  return layers;
}

int lastToken(const ChartData& data) {
  int last = 0;
  for (const Lane& l : data.lanes)
    for (auto s = l.memory.rbegin(); s != l.memory.rend() && s->token >= 0; ++s) last = std::max(last, s->token + 1);
  return last;
}

// Bytes that arithmetic expects once the prompt is compressed; 0: unknown.
double predicted(const Lane& l) {
  if (l.result && l.result->kvBytesPredicted > 0) return double(l.result->kvBytesPredicted);
  return l.hasGhost && l.ghost.error.empty() ? double(l.ghost.kvBytes) : 0;
}

}  // namespace

MemoryChart::MemoryChart(QWidget* parent) : ChartView("memory", parent), m_ticker(new LayerTokenTicker) {
  plot()->xAxis->setTicker(m_ticker);
  auto* border = new QCPItemStraightLine(plot());
  border->setObjectName(QStringLiteral("border"));
  border->point1->setCoords(0, 0);
  border->point2->setCoords(0, 1);
}

quint64 MemoryChart::revision(const ChartData& data) const { return data.tokenRev; }

void MemoryChart::draw(const ChartData& data) {
  axisLabels(tr("prompt, layer by layer, then decoded tokens"), tr("MiB"));
  plot()->findChild<QCPItemStraightLine*>(QStringLiteral("border"))->setPen(QPen(theme().line, 1, Qt::DotLine));
  plot()->clearPlottables();
  const int layers = std::max(1, layersOf(data));
  m_right = std::max({8.0, double(data.newTokens), double(lastToken(data))});
  m_span = m_ticker->span = m_right * 0.8;
  m_ticker->layers = layers;
  drawFreed(data);
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    if (const double bytes = predicted(l); bytes > 0) {
      QCPGraph* ghost = plot()->addGraph();
      ghost->setData({-m_span, 0, m_right}, {0, mebi(bytes), mebi(bytes)}, true);
      ghost->setPen(QPen(color(int(m)), 1, Qt::DashLine));
      ghost->removeFromLegend();
    }
    if (l.memory.empty()) continue;
    QVector<double> x, y;
    for (size_t i = 0; i < l.memory.size(); ++i) {
      const MemorySample& s = l.memory[i];
      // A layer has two samples: as it stands whole, and what is left of it after compression.
      const bool whole = s.layer >= 0 && i + 1 < l.memory.size() && l.memory[i + 1].layer == s.layer;
      x << (s.layer >= 0 ? m_span * ((s.layer + (whole ? 0.95 : 1.0)) / layers - 1) : double(s.token + 1));
      y << mebi(double(s.kvBytes));
    }
    QCPGraph* line = plot()->addGraph();
    line->setData(x, y, true);
    line->setPen(QPen(color(int(m)), 1.8, methodDash(int(m))));
    line->setName(l.label);
  }
}

// What compression freed: between the largest and the smallest cache while decoding.
void MemoryChart::drawFreed(const ChartData& data) {
  double most = 0, least = 0;
  for (const Lane& l : data.lanes) {
    if (!l.finished || l.kvBytes <= 0 || !l.result || l.result->kvBytes <= 0) continue;
    most = std::max(most, double(l.result->kvBytes));
    least = least > 0 ? std::min(least, double(l.result->kvBytes)) : double(l.result->kvBytes);
  }
  if (most <= least) return;
  QCPGraph *top = plot()->addGraph(), *bottom = plot()->addGraph();
  const double right = std::max(1, lastToken(data));
  top->setData({0, right}, {mebi(most), mebi(most)}, true);
  bottom->setData({0, right}, {mebi(least), mebi(least)}, true);
  QColor shade = theme().line;
  shade.setAlpha(40);
  for (QCPGraph* g : {top, bottom}) {
    g->setPen(Qt::NoPen);
    g->removeFromLegend();
  }
  bottom->setBrush(shade);
  bottom->setChannelFillGraph(top);
}

void MemoryChart::fit() {
  double top = 0;
  for (int i = 0; i < plot()->graphCount(); ++i)
    for (const QCPGraphData& d : *plot()->graph(i)->data()) top = std::max(top, d.value);
  plot()->xAxis->setRange(-m_span, m_right);
  plot()->yAxis->setRange(0, std::max(1.0, top) * 1.08);
}

QString MemoryChart::readout(int token) const {
  QStringList parts;
  if (token < 1 || !data()) return {};
  for (const Lane& l : data()->lanes)
    for (auto s = l.memory.rbegin(); s != l.memory.rend() && s->token >= 0; ++s)
      if (s->token + 1 == token) {
        parts << QStringLiteral("%1 %2").arg(shortName(l.method), number(mebi(double(s->kvBytes)), 1));
        break;
      }
  return parts.isEmpty() ? QString() : tr("token %1: %2 MiB").arg(QString::number(token), parts.join(QStringLiteral(" · ")));
}

ChartView::Table MemoryChart::table() const {
  Table t{{tr("Method"), tr("Step"), tr("Layer"), tr("Token"), tr("MiB")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
    for (size_t i = 0; i < l.memory.size(); ++i) {
      const MemorySample& s = l.memory[i];
      t.rows << QStringList{l.label, QString::number(i), s.layer < 0 ? QString() : QString::number(s.layer),
                            s.token < 0 ? QString() : QString::number(s.token), number(mebi(double(s.kvBytes)), 3)};
    }
  return t;
}

}  // namespace presslab
