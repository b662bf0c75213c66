// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/maps.h"

#include <QCoreApplication>
#include <QSharedPointer>

#include "ui/charts/charts.h"
#include "ui/charts/palette.h"
#include "ui/charts/qcp.h"

namespace presslab {

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

QString kindName(HeadKind kind) {
  switch (kind) {
    case HeadKind::Full:
      return QCoreApplication::translate("HeadMap", "full");
    case HeadKind::Retrieval:
      return QCoreApplication::translate("HeadMap", "retrieval");
    case HeadKind::Routed:
      return QCoreApplication::translate("HeadMap", "routed");
    case HeadKind::Streaming:
      return QCoreApplication::translate("HeadMap", "streaming");
  }
  return {};
}

void setTicks(QCPAxis* axis, const std::map<double, QString>& labels) {
  QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
  for (const auto& [at, label] : labels) ticker->addTick(at, label);
  axis->setTicker(ticker);
  axis->setTickLengthOut(0);
  axis->grid()->setVisible(false);
}

void layerAxis(QCPAxis* axis, int layers) {
  std::map<double, QString> labels;
  int every = 1;
  for (int candidate : {1, 2, 5, 10, 20, 50})
    if (layers / (every = candidate) <= 8) break;
  for (int layer = 0; layer < layers; layer += every) labels[layer] = QString::number(layer);
  setTicks(axis, labels);
}

void legendSquare(QCustomPlot* plot, const QString& name, const QColor& color) {
  QCPGraph* g = plot->addGraph();
  g->setName(name);
  g->setPen(Qt::NoPen);
  g->setLineStyle(QCPGraph::lsNone);
  g->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssSquare, color, color, 7));
}

QCPBars* methodBars(QCustomPlot* plot, const QString& name, const QColor& color, double width) {
  auto* bars = new QCPBars(plot->xAxis, plot->yAxis);
  bars->setWidth(width);
  bars->setPen(color);
  bars->setBrush(color);
  bars->setName(name);
  return bars;
}

}  // namespace presslab
