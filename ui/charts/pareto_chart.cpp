// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/pareto_chart.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

bool isReference(const std::string& press) { return press == "random" || press == "streaming_llm" || press == "oracle"; }

Qt::PenStyle referenceDash(const std::string& press) { return press == "random" ? Qt::DotLine : press == "oracle" ? Qt::DashLine : Qt::DashDotLine; }

QPen linePen(const std::string& press, int style, const QColor& color, const QColor& muted) {
  if (isReference(press)) return QPen(muted, 1.3, referenceDash(press));
  return QPen(color, 1.8, methodDash(style));
}

constexpr double kLeast = 1e-5;  // nats; below it a logarithmic axis shows nothing of interest

/// Divergences lie decades apart: random thousands of times above the oracle.
void setLogarithmic(QCPAxis* axis, bool on) {
  axis->setScaleType(on ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  axis->setTicker(on ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog) : QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
  axis->setNumberFormat(on ? QStringLiteral("eb") : QStringLiteral("gb"));
  axis->setNumberPrecision(on ? 0 : 6);
}

/// Presses in the order of their first rows; `none` is not among them.
std::vector<std::string> pressesOf(const std::vector<EvalRow>& rows) {
  std::vector<std::string> out;
  for (const EvalRow& r : rows)
    if (r.press != "none" && std::find(out.begin(), out.end(), r.press) == out.end()) out.push_back(r.press);
  return out;
}

QString label(const std::string& press) { return press == "oracle" ? ParetoChart::tr("oracle") : QString::fromStdString(press); }

}  // namespace

ParetoChart::ParetoChart(QWidget* parent) : ChartView("pareto", parent) { keepLegend(); }

int ParetoChart::styleOf(const std::vector<EvalRow>& rows, const std::string& press) {
  int style = 0;
  for (const std::string& p : pressesOf(rows)) {
    if (isReference(p)) continue;
    ++style;
    if (p == press) return style;
  }
  return 0;
}

QString ParetoChart::caption() const {
  return m_figure == Figure::Score ? tr("upper left is better · bars: 95 % · dashed: references")
                                   : tr("lower left is better · bars: 95 % · dashed: references");
}

double ParetoChart::value(const EvalRow& row) const {
  return m_figure == Figure::Score ? 100 * row.score : m_figure == Figure::Perplexity ? row.ppl : row.kldMean;
}

bool ParetoChart::empty() const {
  return std::none_of(m_rows.begin(), m_rows.end(), [this](const EvalRow& r) { return r.press != "none" && std::isfinite(value(r)); });
}

void ParetoChart::show(std::vector<EvalRow> rows, Figure figure, const ChartData& data) {
  m_rows = std::move(rows);
  m_figure = figure;
  ++m_revision;
  captionChanged();
  refresh(data);
}

void ParetoChart::draw(const ChartData&) {
  plot()->clearPlottables();
  axisLabels(tr("KV cache held (MiB)"), m_figure == Figure::Score        ? tr("score (%)")
                                        : m_figure == Figure::Perplexity ? tr("perplexity")
                                                                         : tr("mean KL divergence (nats)"));
  const bool logarithmic = m_figure == Figure::Divergence && !empty();
  setLogarithmic(plot()->yAxis, logarithmic);
  const double scale = m_figure == Figure::Score ? 100 : 1;
  // Divergence has its interval where it is the row's main figure.
  const auto hasInterval = [&](const EvalRow& r) {
    return std::isfinite(r.lo) && (m_figure == Figure::Score || (m_figure == Figure::Divergence ? r.task == "kld" : r.task == "ppl"));
  };
  for (const std::string& press : pressesOf(m_rows)) {
    std::vector<const EvalRow*> line;
    for (const EvalRow& r : m_rows)
      if (r.press == press && std::isfinite(value(r))) line.push_back(&r);
    std::stable_sort(line.begin(), line.end(), [](const EvalRow* a, const EvalRow* b) { return a->kvBytes < b->kvBytes; });
    if (line.empty()) continue;
    const int style = styleOf(m_rows, press);
    QVector<double> x, y, below, above;
    bool bars = true;
    for (const EvalRow* r : line) {
      x << mebi(double(r->kvBytes));
      y << (logarithmic ? std::max(value(*r), kLeast) : value(*r));
      bars = bars && hasInterval(*r);
      below << value(*r) - scale * r->lo;
      above << scale * r->hi - value(*r);
    }
    QCPGraph* graph = plot()->addGraph();
    graph->setData(x, y, true);
    graph->setName(label(press));
    const QPen pen = linePen(press, style, color(style), theme().muted);
    graph->setPen(pen);
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ScatterShape(isReference(press) ? QCPScatterStyle::ssDisc : methodMarker(style)),
                                           QPen(pen.color(), 1.4), isReference(press) ? pen.color() : color(style), isReference(press) ? 4 : 8));
    if (!bars || isReference(press)) continue;
    auto* error = new QCPErrorBars(plot()->xAxis, plot()->yAxis);
    error->setDataPlottable(graph);
    error->setData(below, above);
    error->setPen(QPen(pen.color(), 1));
    error->removeFromLegend();
  }
  for (const EvalRow& r : m_rows) {
    if (r.press != "none" || !std::isfinite(value(r)) || logarithmic) continue;  // 0 has no place on a logarithmic axis
    QCPGraph* graph = plot()->addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(color(0), 2), color(0), 8));
    graph->setData({mebi(double(r.kvBytes))}, {value(r)});
    graph->setName(tr("full cache"));
  }
}

void ParetoChart::fit() {
  double right = 0, low = m_figure == Figure::Perplexity ? 1e300 : 0, high = m_figure == Figure::Score ? 100 : 0;
  for (const EvalRow& r : m_rows) {
    if (!std::isfinite(value(r))) continue;
    right = std::max(right, mebi(double(r.kvBytes)));
    low = std::min(low, value(r));
    high = std::max(high, value(r));
  }
  if (low > high) low = 0;
  if (empty()) {
    plot()->xAxis->setRange(0, 1);
    plot()->yAxis->setRange(0, 1);
    return;
  }
  if (m_figure == Figure::Divergence) {
    low = high;
    for (const EvalRow& r : m_rows)
      if (r.press != "none" && std::isfinite(value(r))) low = std::min(low, std::max(value(r), kLeast));
    plot()->xAxis->setRange(0, right * 1.05 + 1e-9);
    plot()->yAxis->setRange(low / 1.8, std::max(high, kLeast) * 1.8);
    return;
  }
  const double margin = (high - low) * .06 + 1e-9;
  plot()->xAxis->setRange(0, right * 1.05 + 1e-9);
  plot()->yAxis->setRange(m_figure == Figure::Perplexity ? low - margin : low - margin * .3, high + margin);
}

QString ParetoChart::hoverText(double x, double y) const {
  const EvalRow* best = nullptr;
  double nearest = 1e300;
  const double w = plot()->xAxis->range().size(), h = std::max(1, plot()->axisRect()->height());
  for (const EvalRow& r : m_rows) {
    if (!std::isfinite(value(r))) continue;
    const double d = std::hypot((mebi(double(r.kvBytes)) - x) / w, (plot()->yAxis->coordToPixel(value(r)) - plot()->yAxis->coordToPixel(y)) / h);
    if (d < nearest) {
      nearest = d;
      best = &r;
    }
  }
  if (!best || nearest > .05) return {};
  return QString::fromStdString(best->method) + QLatin1String(": ") + number(mebi(double(best->kvBytes)), 2) + QLatin1String(" MiB, ") +
         number(value(*best), m_figure == Figure::Score ? 1 : 4);
}

ChartView::Table ParetoChart::table() const {
  Table t{
      {tr("Method"), tr("Ratio"), tr("KV (MiB)"), tr("KL divergence"), tr("Agreement (%)"), tr("Perplexity"), tr("Score (%)"), tr("Low"), tr("High")},
      {}};
  for (const EvalRow& r : m_rows)
    t.rows << QStringList{QString::fromStdString(r.method),
                          number(r.ratio, 2),
                          number(mebi(double(r.kvBytes)), 2),
                          number(r.kldMean, 4),
                          number(100 * r.top1Agree, 1),
                          number(r.ppl, 3),
                          number(100 * r.score, 1),
                          number(r.lo, 4),
                          number(r.hi, 4)};
  return t;
}

PositionChart::PositionChart(QWidget* parent) : ChartView("positions", parent) { keepLegend(); }

void PositionChart::show(std::vector<Line> lines, const ChartData& data) {
  m_lines = std::move(lines);
  ++m_revision;
  refresh(data);
}

void PositionChart::draw(const ChartData&) {
  plot()->clearPlottables();
  axisLabels(tr("position behind the context"), tr("KL divergence (nats)"));
  setLogarithmic(plot()->yAxis, !m_lines.empty());
  for (const Line& line : m_lines) {
    QVector<double> x(line.kld.size()), y = line.kld;
    for (double& k : y) k = std::max(k, kLeast);
    for (int i = 0; i < x.size(); ++i) x[i] = i + 1;
    QCPGraph* graph = plot()->addGraph();
    graph->setData(x, y, true);
    const std::string press = line.method.substr(0, line.method.find('('));
    graph->setName(label(press));
    graph->setPen(linePen(press, line.style, color(line.style), theme().muted));
  }
}

void PositionChart::fit() {
  double right = 1, high = kLeast;
  for (const Line& line : m_lines) {
    right = std::max(right, double(line.kld.size()));
    for (const double k : line.kld) high = std::max(high, k);
  }
  plot()->xAxis->setRange(.5, right + .5);
  plot()->yAxis->setRange(m_lines.empty() ? 0 : kLeast, m_lines.empty() ? 1 : high * 1.6);
}

ChartView::Table PositionChart::table() const {
  Table t{{tr("Position")}, {}};
  qsizetype rows = 0;
  for (const Line& line : m_lines) {
    t.header << QString::fromStdString(line.method);
    rows = std::max(rows, line.kld.size());
  }
  for (qsizetype i = 0; i < rows; ++i) {
    QStringList row{QString::number(i + 1)};
    for (const Line& line : m_lines) row << (i < line.kld.size() ? number(line.kld[i], 5) : QString());
    t.rows << row;
  }
  return t;
}

}  // namespace presslab
