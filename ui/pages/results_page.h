// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/api/metrics.h"

class QLabel;
class QTableView;
class QTableWidget;

namespace presslab {

class ChartView;
class ResultsModel;
struct ChartData;

/// The summary table, the gains of each pair and the guide's claims against what was measured, with the two charts of the whole run.
class ResultsPage : public QWidget {
  Q_OBJECT
 public:
  /// Takes the charts of makeCharts() after the fifth.
  explicit ResultsPage(const std::vector<ChartView*>& charts, QWidget* parent = nullptr);
  void setComparison(std::shared_ptr<const Comparison> comparison);
  void refresh(const ChartData& data);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QFrame* card(QLabel* title, QWidget* content);
  void retranslateUi();
  std::shared_ptr<const Comparison> m_comparison;
  std::vector<ChartView*> m_charts;
  ResultsModel* m_model;
  QTableView* m_summary;
  QTableWidget *m_gains, *m_claims;
  QLabel *m_summaryTitle, *m_gainsTitle, *m_claimsTitle, *m_stamp;
};

}  // namespace presslab
