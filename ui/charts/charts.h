// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QSharedPointer>
#include <map>
#include <memory>
#include <vector>

#include "ui/charts/chart_view.h"

class QSlider;

namespace presslab {

struct HeadMetrics;
struct Lane;
class CellGrid;
class LayerTokenTicker;

/// KV bytes: a sawtooth by layer while the prompt is read, then a line by token. The prediction is dashed; what was freed is shaded.
class MemoryChart : public ChartView {
  Q_OBJECT
 public:
  explicit MemoryChart(QWidget* parent = nullptr);
  QString title() const override { return tr("KV cache memory"); }
  QString caption() const override { return tr("dashed: predicted · shaded: freed"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  void fit() override;
  bool overTokens() const override { return true; }
  QString readout(int token) const override;

 private:
  void drawFreed(const ChartData& data);
  double m_span = 1, m_right = 1;
  QSharedPointer<LayerTokenTicker> m_ticker;
};

/// Time of every decoded token: a dot each, the running median as a line, the memory-bandwidth bound dashed.
class LatencyChart : public ChartView {
  Q_OBJECT
 public:
  explicit LatencyChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Time per token"); }
  QString caption() const override { return tr("line: running median · dashed: memory bandwidth bound"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  void fit() override;
  bool overTokens() const override { return true; }
  QString readout(int token) const override;

 private:
  struct Median {  // as far as it is known; a token more costs one step
    double first = 0;
    QVector<double> x, y, line;
  };
  const Median& medianOf(size_t method, const Lane& lane);
  std::vector<Median> m_medians;
  double m_right = 64;
};

/// Layers x KV heads of every method: retrieval, routed (fill = kept share), streaming.
class HeadMap : public ChartView {
  Q_OBJECT
 public:
  explicit HeadMap(QWidget* parent = nullptr);
  QString title() const override { return tr("Heads"); }
  QString caption() const override { return tr("fill: share of tokens kept · click: which tokens"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  bool empty() const override;
  QString hoverText(double x, double y) const override;
  void clicked(double x, double y) override;

 private:
  struct Row {
    int method, head;
  };
  const HeadMetrics* at(double x, double y, int* method) const;
  CellGrid* m_grid;
  std::vector<Row> m_rows;  // by y
};

/// Layers x experts of the routed methods: load, dropped tokens as notches, the largest over the mean load of each layer.
class ExpertMap : public ChartView {
  Q_OBJECT
 public:
  explicit ExpertMap(QWidget* parent = nullptr);
  QString title() const override { return tr("Experts"); }
  QString caption() const override;
  Table table() const override;
  /// Shows one step of 64 context positions; -1: all of them.
  void setStep(int step);

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  bool empty() const override;
  QString hoverText(double x, double y) const override;

 private:
  struct Row {
    int method, expert;
  };  // expert -1: the row of the largest over the mean
  QSlider* m_scrubber;
  double drawGroup(const ChartData& data, size_t method, double at, std::map<double, QString>& ticks);
  CellGrid* m_grid;
  std::vector<Row> m_rows;
  int m_step = -1;
};

/// KV bytes after compression against the mean KL divergence from the uncompressed run.
class QualityChart : public ChartView {
  Q_OBJECT
 public:
  explicit QualityChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Memory against quality loss"); }
  QString caption() const override { return tr("lower left is better"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  void fit() override;
};

/// Memory, decode speed and top-1 agreement of every method, in per cent of the baseline.
class SummaryChart : public ChartView {
  Q_OBJECT
 public:
  explicit SummaryChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Summary"); }
  QString caption() const override { return tr("per cent of the uncompressed run"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  void fit() override;
};

/// What the device's allocator says of each method: allocated, reserved, highest. Only for runs on a device with memory of its own.
class DeviceMemoryChart : public ChartView {
  Q_OBJECT
 public:
  explicit DeviceMemoryChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Device memory"); }
  bool applies(const ChartData& data) const override;
  QString caption() const override { return tr("weights, cache and buffers, as LibTorch's allocator counts them"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  void fit() override;
};

/// KL divergence of every position of the answer.
class DivergenceChart : public ChartView {
  Q_OBJECT
 public:
  explicit DivergenceChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Quality loss by token"); }
  QString caption() const override { return tr("KL divergence from the uncompressed run"); }
  Table table() const override;

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData& data) const override;
  void fit() override;
  bool overTokens() const override { return true; }
  QString readout(int token) const override;
};

/// All charts: memory, latency, heads, experts and quality for the first screen, then summary, divergence and device memory.
std::vector<ChartView*> makeCharts(QWidget* parent);
QString number(double value, int decimals);
/// A labelled square in the legend of a map.
void legendSquare(QCustomPlot* plot, const QString& name, const QColor& color);

}  // namespace presslab
