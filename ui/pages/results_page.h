// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>

#include "core/api/metrics.h"

class QLabel;
class QTableView;
class QTableWidget;

namespace presslab {

class ResultsModel;

/// The summary table, the gains of each pair and the guide's claims against what was measured.
class ResultsPage : public QWidget {
  Q_OBJECT
 public:
  explicit ResultsPage(QWidget* parent = nullptr);
  void setComparison(std::shared_ptr<const Comparison> comparison);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  std::shared_ptr<const Comparison> m_comparison;
  ResultsModel* m_model;
  QTableView* m_summary;
  QTableWidget *m_gains, *m_claims;
  QLabel *m_summaryTitle, *m_gainsTitle, *m_claimsTitle, *m_stamp;
};

}  // namespace presslab
