// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <array>

#include "core/api/what_if.h"
#include "ui/charts/expert_charts.h"
#include "ui/pages/replay_job.h"

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace presslab {

class ComparisonModel;
class DeltaTable;
class ReplayProgress;
class RunController;
class WhatIfClient;

/// Expert load of one routed method by layer and step, and the same method under another way of load balance, replayed at once.
class ExpertsPage : public QWidget {
  Q_OBJECT
 public:
  ExpertsPage(RunController* controller, ComparisonModel* model, QWidget* parent = nullptr);
  void setJob(const ReplayJob& job);
  void setDark(bool dark);
  ExpertGrid* grid() const { return m_grid; }
  ExpertStepChart* steps() const { return m_steps; }
  const WhatIfAnswer* answer() const { return m_answer.get(); }
  /// off, upstream or integral, as the press table names them; shown and replayed.
  void setBalance(const QString& balance);
  QString balance() const { return m_balance; }
  bool busy() const;  // a replay is under way

 Q_SIGNALS:
  void methodWanted(const QString& spec);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  void retranslateUi();
  void methodChosen();
  void ask();
  void show();
  void showState();
  const MethodMetrics* method() const;
  QString variant() const;  // the method's spec with the chosen balance
  const std::vector<ExpertMetrics>& shown() const;

  RunController* m_controller;
  ComparisonModel* m_model;
  WhatIfClient* m_client;
  ReplayJob m_job;
  int m_lane = -1;
  QString m_balance, m_own;  // chosen, and the method's
  std::shared_ptr<const WhatIfAnswer> m_answer;
  bool m_stale = true;
  ExpertGrid* m_grid;
  ExpertStepChart* m_steps;
  DeltaTable* m_table;
  QComboBox *m_method, *m_quantity;
  QLabel *m_methodLabel, *m_quantityLabel, *m_layerLabel, *m_stepLabel, *m_balanceLabel;
  QSlider *m_layer, *m_step;
  QButtonGroup* m_balances;
  std::array<QPushButton*, 3> m_balanceButtons;
  QPushButton* m_use;
  ReplayProgress* m_progress;
};

}  // namespace presslab
