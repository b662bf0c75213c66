// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QByteArray>
#include <QWidget>
#include <vector>

class QGridLayout;
class QSplitter;

namespace presslab {

class ChartView;
class ComparisonModel;
class LaneView;
class VerdictStrip;

/// The first screen's centre: verdict, lanes side by side, charts beneath.
class ComparePage : public QWidget {
  Q_OBJECT
 public:
  /// Takes the first five of makeCharts().
  ComparePage(ComparisonModel* model, const std::vector<ChartView*>& charts, QWidget* parent = nullptr);
  void refresh();
  void setDark(bool dark);
  QByteArray saveLayout() const;
  void restoreLayout(const QByteArray& state);
  void resetLayout();
  const std::vector<LaneView*>& lanes() const { return m_lanes; }

 Q_SIGNALS:
  void figureChosen(const QString& chart);
  void qualityMatchWanted();

 private:
  void rebuildLanes();
  ComparisonModel* m_model;
  VerdictStrip* m_verdict;
  QWidget* m_lanesBox;
  QGridLayout* m_lanesLayout;
  QSplitter *m_rows, *m_upper, *m_lower;
  std::vector<LaneView*> m_lanes;
  std::vector<ChartView*> m_charts;
  bool m_dark = false;
};

}  // namespace presslab
