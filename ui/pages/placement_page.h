// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/placement.h"

class QComboBox;
class QLabel;
class QSpinBox;
class QTableView;
class QToolButton;

namespace presslab {

class ComparisonModel;
class PlacementChart;
class TableModel;

/// Replicas of experts on GPUs, from the loads of the run or a matrix that was pasted or opened.
class PlacementPage : public QWidget {
  Q_OBJECT
 public:
  explicit PlacementPage(ComparisonModel* model, QWidget* parent = nullptr);
  void setComparison(std::shared_ptr<const Comparison> run);
  void setDark(bool dark);
  PlacementChart* chart() const { return m_chart; }
  /// A JSON matrix layers x experts; `name` names it in what is said of it. False, and the status says where, when it is bad.
  bool setMatrix(const QByteArray& json, const QString& name);
  bool openMatrix(const QString& path);
  const Placement& placement() const { return m_placement; }
  /// The command that prints the same placement.
  QString command() const;
  QString csv() const;

 Q_SIGNALS:
  void failed(const QString& reason);
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  void retranslateUi();
  void sourceChosen();
  void suggest();
  void compute();
  void show();
  void exportCsv();
  QString expertName(int expert) const;

  ComparisonModel* m_model;
  std::shared_ptr<const Comparison> m_run;
  std::vector<std::vector<double>> m_loads, m_matrix;
  std::vector<std::string> m_policies;
  QString m_matrixName, m_matrixPath, m_error;
  Placement m_placement;
  PlacementChart* m_chart;
  QComboBox *m_source, *m_layer;
  QLabel *m_sourceLabel, *m_layerLabel, *m_status, *m_tableTitle;
  QLabel *m_replicasLabel, *m_groupsLabel, *m_nodesLabel, *m_gpusLabel;
  QSpinBox *m_replicas, *m_groups, *m_nodes, *m_gpus;
  QToolButton *m_paste, *m_open, *m_copy, *m_export;
  QTableView* m_table;
  TableModel* m_rows;
};

}  // namespace presslab
