// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <vector>

#include "core/api/run_overlay.h"
#include "core/api/run_store.h"
#include "ui/charts/chart_view.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace presslab {

class OverlayModel;
class RunSettingsModel;
struct ChartData;

/// Chosen runs laid over each other: every method of every run with its gains, what of them cannot be compared and why, the settings that
/// differ, and the runs' points and times in two charts.
class OverlayPage : public QWidget {
  Q_OBJECT
 public:
  explicit OverlayPage(QWidget* parent = nullptr);
  ~OverlayPage() override;
  /// `labels`: names given to the runs, in their order.
  void setRuns(const RunList& runs, const std::vector<StoredRun>& labels);
  /// The run that the others are held against, and its method (Pin::kSameMethod: each method against the same).
  void setPin(Pin pin);
  void setDark(bool dark);
  const std::vector<ChartView*>& charts() const { return m_charts; }

 Q_SIGNALS:
  void backWanted();
  void openWanted(const QString& run);
  void exportWanted(presslab::ChartView* chart);
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  void fillPins();
  void compute();
  void drawCharts();
  QString runTitle(size_t run) const;
  QString obstacleText() const;
  RunList m_runs;
  std::vector<StoredRun> m_labels;
  Overlay m_overlay;
  Pin m_pin;
  std::unique_ptr<ChartData> m_data;
  std::vector<ChartView*> m_charts;
  OverlayModel* m_model;
  RunSettingsModel* m_settings;
  QLabel *m_title, *m_legend, *m_pinLabel, *m_againstLabel, *m_obstacles, *m_settingsTitle;
  QPushButton *m_back, *m_copy;
  QComboBox *m_pinRun, *m_pinMethod;
  QCheckBox* m_onlyDifferent;
  QTableView *m_table, *m_settingsTable;
};

}  // namespace presslab
