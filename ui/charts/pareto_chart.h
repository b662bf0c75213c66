// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "core/api/eval.h"
#include "ui/charts/chart_view.h"

namespace presslab {

/// Bytes held against what is lost, a line a press over its ratios; random, streaming_llm and the oracle always stand behind as dashed lines.
class ParetoChart : public ChartView {
  Q_OBJECT
 public:
  enum class Figure { Divergence, Score, Perplexity };
  explicit ParetoChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Bytes against quality"); }
  QString caption() const override;
  Table table() const override;
  /// Rows of one task and length.
  void show(std::vector<EvalRow> rows, Figure figure, const ChartData& data);
  /// What a press looks like here: its place among the presses that are no reference, from 1; 0 for a reference or `none`.
  static int styleOf(const std::vector<EvalRow>& rows, const std::string& press);

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData&) const override { return m_revision; }
  bool empty() const override;
  void fit() override;
  QString hoverText(double x, double y) const override;

 private:
  double value(const EvalRow& row) const;
  std::vector<EvalRow> m_rows;
  Figure m_figure = Figure::Divergence;
  quint64 m_revision = 1;
};

/// Mean KL divergence at every position of the continuation, a line a method of one ratio.
class PositionChart : public ChartView {
  Q_OBJECT
 public:
  struct Line {
    std::string method;
    int style = 0;
    QVector<double> kld;
  };
  explicit PositionChart(QWidget* parent = nullptr);
  QString title() const override { return tr("Quality loss by position"); }
  QString caption() const override { return tr("KL divergence from the full cache, mean of the instances"); }
  Table table() const override;
  void show(std::vector<Line> lines, const ChartData& data);

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData&) const override { return m_revision; }
  bool empty() const override { return m_lines.empty(); }
  void fit() override;

 private:
  std::vector<Line> m_lines;
  quint64 m_revision = 1;
};

}  // namespace presslab
