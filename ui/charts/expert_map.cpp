// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLayout>
#include <QLocale>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "ui/charts/cell_grid.h"
#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

constexpr int kStepTokens = 64;

int64_t loadOf(const ExpertMetrics& e, int step) {
  if (step < 0) return e.tokens;
  return size_t(step) < e.load.size() ? e.load[size_t(step)] : 0;
}

struct LayerLoad {
  int64_t sum = 0, most = 0;
  int experts = 0;
  double maxOverMean() const { return sum > 0 ? double(most) * experts / double(sum) : 0; }
};

std::map<int, LayerLoad> loads(const Lane& lane, int step) {
  std::map<int, LayerLoad> byLayer;
  for (const ExpertMetrics& e : lane.experts) {
    LayerLoad& l = byLayer[e.layer];
    l.sum += loadOf(e, step);
    l.most = std::max(l.most, loadOf(e, step));
    ++l.experts;
  }
  return byLayer;
}

}  // namespace

ExpertMap::ExpertMap(QWidget* parent)
    : ChartView("experts", parent), m_scrubber(new QSlider(Qt::Horizontal)), m_grid(new CellGrid(plot()->xAxis, plot()->yAxis)) {
  m_scrubber->setObjectName(QStringLiteral("scrubber"));
  m_scrubber->hide();
  layout()->addWidget(m_scrubber);
  connect(m_scrubber, &QSlider::valueChanged, this, [this](int value) { setStep(value - 1); });
  keepLegend();
  m_grid->removeFromLegend();
  plot()->yAxis->setRangeReversed(true);
}

quint64 ExpertMap::revision(const ChartData& data) const { return data.prefillRev * 4096 + quint64(m_step + 1); }
bool ExpertMap::empty() const { return m_grid->cells.empty(); }

QString ExpertMap::caption() const {
  if (m_step >= 0) return tr("load of positions %1 to %2").arg(m_step * kStepTokens).arg(m_step * kStepTokens + kStepTokens - 1);
  return tr("an expert here is an eviction policy · fill: load");
}

void ExpertMap::setStep(int step) {
  m_step = step;
  captionChanged();
  if (data()) refresh(*data());
}

double ExpertMap::drawGroup(const ChartData& data, size_t m, double at, std::map<double, QString>& ticks) {
  const Lane& l = data.lanes[m];
  std::map<int, LayerLoad> byLayer = loads(l, m_step);
  int experts = 0;
  for (const auto& [layer, load] : byLayer) experts = std::max(experts, load.experts);
  const int everyTick = std::max(1, experts / 8);
  for (const ExpertMetrics& e : l.experts) {
    const int64_t load = loadOf(e, m_step), most = byLayer[e.layer].most;
    const double dropped = m_step < 0 && e.tokens > 0 ? double(e.dropped) / double(e.tokens + e.dropped) : 0;
    m_grid->cells.push_back({double(e.layer), at + e.expert, color(int(m)), color(int(m)), most > 0 ? double(load) / double(most) : 0, dropped, {}});
    if (e.expert % everyTick == 0) ticks[at + e.expert] = QString::fromStdString(e.policy);
  }
  double worst = 0;
  for (const auto& [layer, load] : byLayer) {
    worst = std::max(worst, load.maxOverMean());
    m_grid->cells.push_back({double(layer), at + experts, theme().line, theme().line, std::clamp(load.maxOverMean() - 1, 0.0, 1.0), 0, {}});
  }
  ticks[at + experts] = tr("max/mean ≤ %1").arg(number(worst, 2));
  for (int e = 0; e < experts; ++e) m_rows.push_back({int(m), e});
  m_rows.push_back({int(m), -1});
  m_rows.push_back({-1, 0});
  return at + experts + 2;
}

void ExpertMap::draw(const ChartData& data) {
  plot()->clearGraphs();
  axisLabels(tr("layer"), QString());
  m_grid->cells.clear();
  m_grid->textColor = theme().text;
  m_grid->notchColor = theme().text;
  m_rows.clear();
  std::map<double, QString> ticks;
  double at = 0;
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    if (data.lanes[m].experts.empty()) continue;
    at = drawGroup(data, m, at, ticks);
    legendSquare(plot(), shortName(data.lanes[m].method), color(int(m)));
  }
  size_t steps = 0;
  for (const Lane& l : data.lanes)
    if (!l.experts.empty()) steps = std::max(steps, l.experts.front().load.size());
  m_scrubber->setVisible(steps > 1);
  m_scrubber->setMaximum(int(steps));
  m_scrubber->setAccessibleName(tr("Step of 64 positions, leftmost: all"));
  m_scrubber->setToolTip(m_scrubber->accessibleName());
  if (at > 0) legendSquare(plot(), tr("dropped by capacity"), m_grid->notchColor);
  setTicks(plot()->yAxis, ticks);
  layerAxis(plot()->xAxis, std::max(1, data.layers));
}

QString ExpertMap::hoverText(double x, double y) const {
  const auto row = size_t(std::lround(y));
  if (!data() || y < -0.5 || row >= m_rows.size() || m_rows[row].method < 0 || size_t(m_rows[row].method) >= data()->lanes.size()) return {};
  const Lane& l = data()->lanes[size_t(m_rows[row].method)];
  const int layer = int(std::lround(x));
  const auto byLayer = loads(l, m_step);
  const auto load = byLayer.find(layer);
  if (load == byLayer.end()) return {};
  if (m_rows[row].expert < 0) return tr("layer %1: largest over mean load %2").arg(QString::number(layer), number(load->second.maxOverMean(), 3));
  for (const ExpertMetrics& e : l.experts)
    if (e.layer == layer && e.expert == m_rows[row].expert)
      return tr("<b>%1</b>, layer %2<br>%3 tokens (%4 %)<br>dropped %5, displaced %6<br>weight %7, bias %8")
          .arg(QString::fromStdString(e.policy), QString::number(layer), QLocale().toString(qlonglong(loadOf(e, m_step))),
               number(load->second.sum > 0 ? 100.0 * double(loadOf(e, m_step)) / double(load->second.sum) : 0, 1), QString::number(e.dropped),
               QString::number(e.displaced), number(e.weight, 3), number(e.bias, 3));
  return {};
}

ChartView::Table ExpertMap::table() const {
  Table t{{tr("Method"), tr("Layer"), tr("Expert"), tr("Policy"), tr("Tokens"), tr("Dropped"), tr("Displaced"), tr("Weight"), tr("Bias")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
    for (const ExpertMetrics& e : l.experts)
      t.rows << QStringList{l.label,
                            QString::number(e.layer),
                            QString::number(e.expert),
                            QString::fromStdString(e.policy),
                            QString::number(loadOf(e, m_step)),
                            QString::number(e.dropped),
                            QString::number(e.displaced),
                            number(e.weight, 3),
                            number(e.bias, 3)};
  return t;
}

}  // namespace presslab
