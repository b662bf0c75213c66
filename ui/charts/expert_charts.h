// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "core/api/metrics.h"
#include "ui/charts/chart_view.h"

namespace presslab {

class CellGrid;

/// What the experts page shows of each expert. Drops, weight and bias are of the whole prompt; the others also of one step.
enum class ExpertQuantity { Load, Share, Drops, Weight, Bias };

struct ExpertView {
  std::vector<ExpertMetrics> experts;
  ExpertQuantity quantity = ExpertQuantity::Load;
  int step = -1;  // of 64 context positions; -1: all
  int layer = 0;  // under the scrubber
};

int layersOf(const std::vector<ExpertMetrics>& experts);
int expertsOf(const std::vector<ExpertMetrics>& experts);
int stepsOf(const std::vector<ExpertMetrics>& experts);
/// Tokens of an expert, in one step or in all.
int64_t expertLoad(const ExpertMetrics& expert, int step);
/// Largest over mean load of a layer; 0 without tokens.
double maxOverMean(const std::vector<ExpertMetrics>& experts, int layer, int step);

/// Layers x experts of one method, with its number on every cell and max/mean beside each layer.
class ExpertGrid : public ChartView {
  Q_OBJECT
 public:
  explicit ExpertGrid(QWidget* parent = nullptr);
  QString title() const override { return tr("Experts: layers x policies"); }
  QString caption() const override;
  Table table() const override;
  void show(const ExpertView& view, const ChartData& data);
  static QString quantityName(ExpertQuantity quantity);

 Q_SIGNALS:
  void layerChosen(int layer);

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData&) const override { return m_revision; }
  bool empty() const override { return m_view.experts.empty(); }
  void fit() override;
  QString hoverText(double x, double y) const override;
  void clicked(double x, double y) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  double value(const ExpertMetrics& expert) const;
  QString text(const ExpertMetrics& expert) const;
  ExpertView m_view;
  CellGrid* m_grid;
  quint64 m_revision = 1;
};

/// Load of one layer's experts by step of 64 context positions.
class ExpertStepChart : public ChartView {
  Q_OBJECT
 public:
  explicit ExpertStepChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Load by step, layer %1").arg(m_view.layer); }
  QString caption() const override { return tr("a step is 64 context positions"); }
  Table table() const override;
  void show(const ExpertView& view, const ChartData& data);

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData&) const override { return m_revision; }
  bool empty() const override { return m_view.experts.empty(); }
  void fit() override;

 private:
  ExpertView m_view;
  quint64 m_revision = 1;
};

}  // namespace presslab
