// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <functional>
#include <memory>
#include <vector>

#include "core/api/eval.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;
class QToolButton;

namespace presslab {

class ChartView;
class ComparisonModel;
class ParetoChart;
class PositionChart;
class ReplayProgress;
class RunController;
class TableModel;

/// A grid of tasks, lengths, ratios and the controls' methods: run, stopped, continued and shown as charts and a table. Rows are kept in a folder
/// of the user's data that belongs to these very settings, so that Run continues what is there.
class QualityPage : public QWidget {
  Q_OBJECT
 public:
  QualityPage(RunController* controller, ComparisonModel* model, std::function<CompareSpec()> controls, QWidget* parent = nullptr);
  void setDark(bool dark);
  std::vector<ChartView*> charts() const;
  bool busy() const { return m_ticket != 0; }
  /// A grid that was run before, by its folder. False, and the status says why, when it is none.
  bool open(const QString& dir);
  /// What Run asks for. Throws std::exception for text that is no list of numbers.
  EvalSpec spec() const;
  QString command() const;
  const std::vector<EvalRow>& rows() const { return m_result.rows; }

 Q_SIGNALS:
  void failed(const QString& reason);
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  void retranslateUi();
  void run(bool resume);
  void progressed(const EvalProgress& progress);
  void finished(const std::shared_ptr<const EvalResult>& result);
  void updateState();
  void fillChoices();
  void showRows();
  QString noteOf(const EvalRow& row) const;
  void exportCsv();

  RunController* m_controller;
  ComparisonModel* m_model;
  std::function<CompareSpec()> m_controls;
  EvalResult m_result;
  QString m_dir;  // of m_result
  quint64 m_ticket = 0;
  ParetoChart* m_pareto;
  PositionChart* m_positions;
  std::vector<std::pair<std::string, QCheckBox*>> m_tasks;  // family
  QLabel *m_tasksLabel, *m_lengthsLabel, *m_ratiosLabel, *m_seedsLabel, *m_methodsLabel, *m_showLabel, *m_tableTitle;
  QLineEdit *m_lengths, *m_ratios;
  QSpinBox* m_seeds;
  QCheckBox* m_queryAware;
  QPushButton *m_run, *m_cancel, *m_resume;
  QToolButton *m_open, *m_copy, *m_export;
  QComboBox *m_task, *m_length, *m_ratio;
  ReplayProgress* m_progress;
  QTableView* m_table;
  TableModel* m_tableRows;
};

}  // namespace presslab
