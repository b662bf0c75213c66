// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLocale>
#include <QSharedPointer>
#include <algorithm>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

bool measured(const Lane& l) { return l.result && !l.result->failed; }

}  // namespace

QString number(double value, int decimals) { return std::isfinite(value) ? QLocale().toString(value, 'f', decimals) : QStringLiteral("–"); }

QualityChart::QualityChart(QWidget* parent) : ChartView("quality", parent) {}

void QualityChart::draw(const ChartData& data) {
  m_drawn = &data;
  plot()->clearPlottables();
  axisLabels(tr("KV cache held (MiB)"), tr("mean KL divergence (nats)"));
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    if (!measured(l) || !l.result->quality.measured) continue;
    const QualityMetrics& q = l.result->quality;
    const double x = mebi(double(l.result->kvBytes));
    QCPGraph* point = plot()->addGraph();
    point->setLineStyle(QCPGraph::lsNone);
    point->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ScatterShape(methodMarker(int(m))), QPen(color(int(m)), 2), color(int(m)), 9));
    point->setData({x}, {q.kldMean});
    point->setName(l.label);
  }
}

void QualityChart::fit() {
  double x = 1, y = 0;
  for (int i = 0; i < plot()->graphCount(); ++i)
    for (const QCPGraphData& d : *plot()->graph(i)->data()) {
      x = std::max(x, d.key);
      y = std::max(y, d.value);
    }
  plot()->xAxis->setRange(0, x * 1.1);
  plot()->yAxis->setRange(y > 0 ? -y * 0.08 : -0.05, y > 0 ? y * 1.15 : 1);
}

ChartView::Table QualityChart::table() const {
  Table t{{tr("Method"), tr("KV cache (MiB)"), tr("KL mean"), tr("KL median"), tr("KL p99"), tr("Same token (%)")}, {}};
  if (!m_drawn) return t;
  for (const Lane& l : m_drawn->lanes)
    if (measured(l) && l.result->quality.measured) {
      const QualityMetrics& q = l.result->quality;
      t.rows << QStringList{l.label,
                            number(mebi(double(l.result->kvBytes)), 3),
                            number(q.kldMean, 5),
                            number(q.kldMedian, 5),
                            number(q.kldP99, 5),
                            number(100 * q.top1Agree, 1)};
    }
  return t;
}

SummaryChart::SummaryChart(QWidget* parent) : ChartView("summary", parent) {}

void SummaryChart::draw(const ChartData& data) {
  m_drawn = &data;
  plot()->clearPlottables();
  axisLabels(QString(), tr("%"));
  QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
  ticker->addTick(0, tr("KV cache"));
  ticker->addTick(1, tr("decode speed"));
  ticker->addTick(2, tr("same token"));
  plot()->xAxis->setTicker(ticker);
  plot()->xAxis->setTickLength(0);
  plot()->xAxis->grid()->setVisible(false);
  if (data.lanes.empty() || !measured(data.lanes[0])) return;
  const MethodMetrics& base = *data.lanes[0].result;
  const double width = 0.8 / double(data.lanes.size());
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    if (!measured(l)) continue;
    const double at = (double(m) - (double(data.lanes.size()) - 1) / 2) * width;
    auto* bars = new QCPBars(plot()->xAxis, plot()->yAxis);
    bars->setWidth(width * 0.9);
    bars->setPen(color(int(m)));
    static constexpr std::array kPattern{Qt::SolidPattern, Qt::BDiagPattern, Qt::SolidPattern, Qt::DiagCrossPattern, Qt::FDiagPattern};
    bars->setBrush(QBrush(color(int(m)), kPattern[m % kPattern.size()]));
    bars->setName(l.label);
    QVector<double> x, y;
    const auto add = [&](double place, double value) {
      if (!std::isfinite(value)) return;
      x << place + at;
      y << value;
    };
    if (base.kvBytes > 0) add(0, 100 * double(l.result->kvBytes) / double(base.kvBytes));
    if (base.decodeTokS > 0) add(1, 100 * l.result->decodeTokS / base.decodeTokS);
    if (l.result->quality.measured) add(2, 100 * l.result->quality.top1Agree);
    bars->setData(x, y);
  }
}

void SummaryChart::fit() {
  plot()->yAxis->rescale();
  plot()->yAxis->setRange(0, std::max(100.0, plot()->yAxis->range().upper) * 1.08);
  plot()->xAxis->setRange(-0.55, 2.55);
}

ChartView::Table SummaryChart::table() const {
  Table t{{tr("Method"), tr("KV cache (MiB)"), tr("Decode (tok/s)"), tr("Same token (%)")}, {}};
  if (!m_drawn) return t;
  for (const Lane& l : m_drawn->lanes)
    if (measured(l))
      t.rows << QStringList{l.label, number(mebi(double(l.result->kvBytes)), 3), number(l.result->decodeTokS, 2),
                            l.result->quality.measured ? number(100 * l.result->quality.top1Agree, 1) : QStringLiteral("–")};
  return t;
}

std::vector<ChartView*> makeCharts(QWidget* parent) {
  return {new MemoryChart(parent), new LatencyChart(parent), new SummaryChart(parent),
          new HeadMap(parent),     new ExpertMap(parent),    new QualityChart(parent)};
}

}  // namespace presslab
