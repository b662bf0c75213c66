// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "ui/charts/chart_view.h"

namespace presslab {

/// Load of every GPU before and after placement, as pairs of bars, with the mean.
class PlacementChart : public ChartView {
  Q_OBJECT
 public:
  explicit PlacementChart(QWidget* parent = nullptr);
  QString title() const override { return tr("GPU loads"); }
  QString caption() const override;
  Table table() const override;
  void show(const std::vector<double>& before, const std::vector<double>& after, const ChartData& data);
  static double maxOverMean(const std::vector<double>& loads);  // NaN without load

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData&) const override { return m_revision; }
  bool empty() const override { return m_after.empty(); }
  void fit() override;
  QString hoverText(double x, double y) const override;

 private:
  std::vector<double> m_before, m_after;
  quint64 m_revision = 1;
};

}  // namespace presslab
