// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

bool has(const Lane& l) { return l.device.reserved > 0; }

}  // namespace

DeviceMemoryChart::DeviceMemoryChart(QWidget* parent) : ChartView("device_memory", parent) { keepLegend(); }

quint64 DeviceMemoryChart::revision(const ChartData& data) const { return data.tokenRev + data.resultRev; }

bool DeviceMemoryChart::applies(const ChartData& data) const { return std::any_of(data.lanes.begin(), data.lanes.end(), has); }

void DeviceMemoryChart::draw(const ChartData& data) {
  plot()->clearPlottables();
  axisLabels(QString(), tr("MiB"));
  setTicks(plot()->xAxis, {{0, tr("allocated")}, {1, tr("reserved")}, {2, tr("peak")}});
  if (data.lanes.empty()) return;
  const double width = 0.84 / double(data.lanes.size());
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    if (!has(l)) continue;
    const double at = (double(m) - (double(data.lanes.size()) - 1) / 2) * width;
    QCPBars* bars = methodBars(plot(), l.label, color(int(m)), width * 0.9);
    bars->setData({at, 1 + at, 2 + at}, {mebi(double(l.device.allocated)), mebi(double(l.device.reserved)), mebi(double(l.device.peak))}, true);
  }
}

void DeviceMemoryChart::fit() {
  plot()->yAxis->rescale();
  plot()->yAxis->setRange(0, std::max(1.0, plot()->yAxis->range().upper) * 1.1);
  plot()->xAxis->setRange(-0.55, 2.55);
}

ChartView::Table DeviceMemoryChart::table() const {
  Table t{{tr("Method"), tr("Allocated (MiB)"), tr("Reserved (MiB)"), tr("Peak (MiB)")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
    if (has(l))
      t.rows << QStringList{l.label, number(mebi(double(l.device.allocated)), 1), number(mebi(double(l.device.reserved)), 1),
                            number(mebi(double(l.device.peak)), 1)};
  return t;
}

}  // namespace presslab
