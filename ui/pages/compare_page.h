// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <vector>

class QHBoxLayout;
class QLabel;

namespace presslab {

class ChartView;
class ComparisonModel;
class LaneView;

/// The first screen's centre: verdict, lanes side by side, charts beneath.
class ComparePage : public QWidget {
  Q_OBJECT
 public:
  explicit ComparePage(ComparisonModel* model, QWidget* parent = nullptr);
  void refresh();
  void setDark(bool dark);
  const std::vector<ChartView*>& charts() const { return m_charts; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void rebuildLanes();
  void verdict();
  ComparisonModel* m_model;
  QLabel* m_verdict;
  QHBoxLayout* m_lanesLayout;
  std::vector<LaneView*> m_lanes;
  std::vector<ChartView*> m_charts;
  bool m_dark = false;
};

}  // namespace presslab
