// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <vector>

#include "ui/charts/chart_view.h"

namespace presslab {

struct Lane;
class CellGrid;

/// KV bytes: a sawtooth by layer while the prompt is read, then a line by token. The prediction is dashed; what was freed is shaded.
class MemoryChart : public ChartView {
  Q_OBJECT
 public:
  explicit MemoryChart(QWidget* parent = nullptr);
  QString title() const override { return tr("KV cache over the run (MiB)"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  void fit() override;

 private:
  const ChartData* m_drawn = nullptr;
};

/// Time of every decoded token: a dot each, the running median as a line, the memory-bandwidth bound dashed.
class LatencyChart : public ChartView {
  Q_OBJECT
 public:
  explicit LatencyChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Time per token (ms)"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  void fit() override;

 private:
  const ChartData* m_drawn = nullptr;
};

/// Layers x KV heads of every method: retrieval, routed (fill = kept share), streaming.
class HeadMap : public ChartView {
  Q_OBJECT
 public:
  explicit HeadMap(QWidget* parent = nullptr);
  QString title() const override { return tr("Heads: kept share by layer and KV head"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;

 private:
  CellGrid* m_grid;
  const ChartData* m_drawn = nullptr;
};

/// Layers x experts of the routed methods: load, dropped tokens as notches, the largest over the mean load beside each row.
class ExpertMap : public ChartView {
  Q_OBJECT
 public:
  explicit ExpertMap(QWidget* parent = nullptr);
  QString title() const override { return tr("Experts (eviction policies): load share"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;

 private:
  CellGrid* m_grid;
  const ChartData* m_drawn = nullptr;
};

/// KV bytes after compression against the mean KL divergence from the uncompressed run.
class QualityChart : public ChartView {
  Q_OBJECT
 public:
  explicit QualityChart(QWidget* parent = nullptr);
  QString title() const override { return tr("KV bytes against quality loss"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  void fit() override;

 private:
  const ChartData* m_drawn = nullptr;
};

/// Memory, decode speed and top-1 agreement of every method, in per cent of the baseline.
class SummaryChart : public ChartView {
  Q_OBJECT
 public:
  explicit SummaryChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Summary (% of the baseline)"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  void fit() override;

 private:
  const ChartData* m_drawn = nullptr;
};

/// All charts, in the order of the grid.
std::vector<ChartView*> makeCharts(QWidget* parent);
QString number(double value, int decimals);

}  // namespace presslab
