// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLocale>
#include <QSharedPointer>
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

bool measured(const Lane& l) { return l.result && !l.result->failed; }

void clearTexts(QCustomPlot* plot, const char* kind) {
  for (QCPItemText* text : plot->findChildren<QCPItemText*>(QLatin1String(kind))) plot->removeItem(text);
}

QCPItemText* label(QCustomPlot* plot, const char* kind, double x, double y, const QString& text, const QColor& color) {
  auto* item = new QCPItemText(plot);
  item->setObjectName(QLatin1String(kind));
  item->position->setCoords(x, y);
  item->setText(text);
  item->setFont(chartFont(8));
  item->setColor(color);
  return item;
}

}  // namespace

QString number(double value, int decimals) { return std::isfinite(value) ? QLocale().toString(value, 'f', decimals) : QStringLiteral("–"); }

QualityChart::QualityChart(QWidget* parent) : ChartView("quality", parent) {}
quint64 QualityChart::revision(const ChartData& data) const { return data.resultRev; }

void QualityChart::draw(const ChartData& data) {
  plot()->clearPlottables();
  clearTexts(plot(), "point");
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
    QCPItemText* name = label(plot(), "point", x, q.kldMean, shortName(l.method), theme().text);
    name->setPadding(QMargins(9, 2, 9, 2));
    // The rightmost points carry their name on the left, where there is room.
    const bool right = l.result->kvBytesFull > 0 && double(l.result->kvBytes) > 0.7 * double(l.result->kvBytesFull);
    name->setPositionAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
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
  plot()->yAxis->setRange(y > 0 ? -y * 0.1 : -0.05, y > 0 ? y * 1.2 : 1);
}

ChartView::Table QualityChart::table() const {
  Table t{{tr("Method"), tr("KV cache (MiB)"), tr("KL mean"), tr("KL median"), tr("KL p99"), tr("Same token (%)")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
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

SummaryChart::SummaryChart(QWidget* parent) : ChartView("summary", parent) { keepLegend(); }
quint64 SummaryChart::revision(const ChartData& data) const { return data.resultRev; }

void SummaryChart::draw(const ChartData& data) {
  plot()->clearPlottables();
  clearTexts(plot(), "bar");
  axisLabels(QString(), tr("%"));
  setTicks(plot()->xAxis, {{0, tr("KV cache")}, {1, tr("decode speed")}, {2, tr("same token")}});
  if (data.lanes.empty() || !measured(data.lanes[0])) return;
  const MethodMetrics& base = *data.lanes[0].result;
  const double width = 0.84 / double(data.lanes.size());
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    if (!measured(l)) continue;
    const double at = (double(m) - (double(data.lanes.size()) - 1) / 2) * width;
    QCPBars* bars = methodBars(plot(), l.label, color(int(m)), width * 0.9);
    QVector<double> x, y;
    const auto add = [&](double place, double value) {
      if (!std::isfinite(value)) return;
      x << place + at;
      y << value;
      label(plot(), "bar", place + at, value, number(value, 0), theme().text)->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    };
    if (base.kvBytes > 0) add(0, 100 * double(l.result->kvBytes) / double(base.kvBytes));
    if (base.decodeTokS > 0) add(1, 100 * l.result->decodeTokS / base.decodeTokS);
    if (l.result->quality.measured) add(2, 100 * l.result->quality.top1Agree);
    bars->setData(x, y);
  }
}

void SummaryChart::fit() {
  plot()->yAxis->rescale();
  plot()->yAxis->setRange(0, std::max(100.0, plot()->yAxis->range().upper) * 1.12);
  plot()->xAxis->setRange(-0.55, 2.55);
}

ChartView::Table SummaryChart::table() const {
  Table t{{tr("Method"), tr("KV cache (MiB)"), tr("Decode (tok/s)"), tr("Same token (%)")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
    if (measured(l))
      t.rows << QStringList{l.label, number(mebi(double(l.result->kvBytes)), 3), number(l.result->decodeTokS, 2),
                            l.result->quality.measured ? number(100 * l.result->quality.top1Agree, 1) : QStringLiteral("–")};
  return t;
}

DivergenceChart::DivergenceChart(QWidget* parent) : ChartView("divergence", parent) { keepLegend(); }
quint64 DivergenceChart::revision(const ChartData& data) const { return data.resultRev; }

void DivergenceChart::draw(const ChartData& data) {
  plot()->clearPlottables();
  axisLabels(tr("decoded token"), tr("KL divergence (nats)"));
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    if (!measured(l) || l.result->quality.kldByPosition.empty()) continue;
    const std::vector<double>& kld = l.result->quality.kldByPosition;
    QVector<double> x, y;
    for (size_t i = 0; i < kld.size(); ++i) {
      x << double(i + 1);
      y << kld[i];
    }
    QCPGraph* line = plot()->addGraph();
    line->setPen(QPen(color(int(m)), 1.5, methodDash(int(m))));
    line->setData(x, y, true);
    line->setName(l.label);
  }
}

void DivergenceChart::fit() {
  plot()->rescaleAxes();
  plot()->xAxis->setRangeLower(0);
  plot()->yAxis->setRange(0, plot()->graphCount() == 0 ? 1 : std::max(1e-6, plot()->yAxis->range().upper) * 1.08);
}

QString DivergenceChart::readout(int token) const {
  QStringList parts;
  if (token < 1 || !data()) return {};
  for (const Lane& l : data()->lanes)
    if (measured(l) && size_t(token) <= l.result->quality.kldByPosition.size())
      parts << QStringLiteral("%1 %2").arg(shortName(l.method), number(l.result->quality.kldByPosition[size_t(token) - 1], 3));
  return parts.isEmpty() ? QString() : tr("token %1: %2 nats").arg(QString::number(token), parts.join(QStringLiteral(" · ")));
}

ChartView::Table DivergenceChart::table() const {
  Table t{{tr("Method"), tr("Token"), tr("KL divergence (nats)"), tr("Same token")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes) {
    if (!measured(l)) continue;
    const QualityMetrics& q = l.result->quality;
    for (size_t i = 0; i < q.kldByPosition.size(); ++i)
      t.rows << QStringList{l.label, QString::number(i + 1), number(q.kldByPosition[i], 6),
                            i >= q.agreeByPosition.size() ? QString()
                            : q.agreeByPosition[i]        ? tr("yes")
                                                          : tr("no")};
  }
  return t;
}

std::vector<ChartView*> makeCharts(QWidget* parent) {
  return {new MemoryChart(parent),  new LatencyChart(parent), new HeadMap(parent),         new ExpertMap(parent),
          new QualityChart(parent), new SummaryChart(parent), new DivergenceChart(parent), new DeviceMemoryChart(parent)};
}

}  // namespace presslab
