// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QList>
#include <QMainWindow>
#include <memory>
#include <vector>

#include "core/api/lab.h"
#include "ui/appearance.h"

class QAction;
class QLabel;
class QMenu;
class QTabWidget;
class QTimer;

namespace presslab {

class ChartView;
class ComparePage;
class ComparisonModel;
class ControlPanel;
class HistoryPage;
class ModelsPage;
class OfferBar;
class LabPages;
class ResultsPage;
class RunController;
class TokensPage;
class TopBar;

/// Makes the pages and joins them.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  /// `model` as -m takes it; empty: the default model.
  explicit MainWindow(const QString& model, QWidget* parent = nullptr);
  ~MainWindow() override;
  RunController* controller() const { return m_controller; }
  /// `remember`: also at the next start.
  void setLanguage(const QString& code, bool remember = true);
  void setTheme(Theme theme, bool remember = true);
  void openRun(const QString& folderOrId);
  /// False: finished runs are not added to the history.
  void setKeepRuns(bool on) { m_keepRuns = on; }
  /// A model, a run (folder, run.json or .presslab file) or a document, by what it is.
  void openPath(const QString& path);
  /// Starts the comparison that the window shows.
  void startRun();
  /// A preset by its id, as if it had been chosen; false when there is none of that name.
  bool choosePreset(const QString& id);
  void setContextTokens(int tokens);
  void showPage(int index);
  const std::vector<ChartView*>& charts() const { return m_charts; }
  LabPages* lab() const { return m_lab; }

 protected:
  void changeEvent(QEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  enum class RunFormat { Csv, Json, Markdown };
  void connectPages();
  void addModelsPage();
  void addReportActions();
  void exportReport();
  void retranslateModels();
  void loadModel(const QString& path);
  bool memoryAllows();
  void offerNearestLength(int wanted, int nearest, int before);
  void connectLab();
  void setResult(std::shared_ptr<const Comparison> comparison);
  void showPhase();
  void makeMenus();
  void makeViewMenu();
  void retranslateUi();
  void showError(const QString& reason);
  void updateState();
  void methodsChanged();
  void applyPreset(int index);
  CompareSpec spec() const;
  void exportAllCharts(const QStringList& formats);
  void exportRun(RunFormat format);
  void exportChart(ChartView* chart);
  void showChart(const QString& id);
  ComparisonModel* m_model;
  std::vector<ChartView*> m_charts;
  RunController* m_controller;
  TopBar* m_top;
  ControlPanel* m_controls;
  ComparePage* m_compare;
  ResultsPage* m_results;
  TokensPage* m_tokens;
  HistoryPage* m_history;
  ModelsPage* m_models = nullptr;
  OfferBar* m_offer = nullptr;
  bool m_startAnyway = false;
  QAction *m_report = nullptr, *m_chartSize = nullptr;
  QTabWidget* m_tabs;
  LabPages* m_lab = nullptr;
  std::string m_device = "cpu";  // of the next run
  void makeDeviceMenu();
  void setDevice(const std::string& name);
  QLabel* m_banner;
  QTimer* m_predictSoon;
  QString m_modelPath;
  bool m_keepRuns = true;
  QMenu *m_file, *m_export, *m_view, *m_themes, *m_languages, *m_devices = nullptr;
  QAction *m_openModel, *m_openDocument, *m_openRun, *m_run, *m_cancel, *m_quit, *m_png, *m_svg, *m_pdf, *m_all, *m_csv, *m_json, *m_markdown,
      *m_command, *m_system, *m_light, *m_dark, *m_english, *m_chinese, *m_resetZoom, *m_resetLayout, *m_palette, *m_shortcuts;
  QList<QAction*> m_pageActions, m_presetActions;
  QMenu *m_presetMenu, *m_help;
};

}  // namespace presslab
