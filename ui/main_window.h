// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QMainWindow>
#include <memory>

#include "core/api/lab.h"
#include "ui/appearance.h"

class QAction;
class QLabel;
class QMenu;
class QTabWidget;
class QTimer;

namespace presslab {

class ComparePage;
class ComparisonModel;
class ControlPanel;
class ResultsPage;
class RunController;
class TopBar;

/// Makes the pages and joins them.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  /// `model` as -m takes it; empty: the default model.
  explicit MainWindow(const QString& model, QWidget* parent = nullptr);
  ~MainWindow() override;
  RunController* controller() const { return m_controller; }
  void setLanguage(const QString& code);
  void setTheme(Theme theme);
  void openRun(const QString& folderOrId);

 protected:
  void changeEvent(QEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  enum class RunFormat { Csv, Json, Markdown };
  void makeMenus();
  void retranslateUi();
  void showError(const QString& reason);
  void updateState();
  void methodsChanged();
  void applyPreset(int index);
  CompareSpec spec() const;
  void exportAllCharts(const QStringList& formats);
  void exportRun(RunFormat format);
  ComparisonModel* m_model;
  RunController* m_controller;
  TopBar* m_top;
  ControlPanel* m_controls;
  ComparePage* m_compare;
  ResultsPage* m_results;
  QTabWidget* m_tabs;
  QLabel* m_banner;
  QTimer* m_predictSoon;
  QString m_modelPath;
  QMenu *m_file, *m_export, *m_view, *m_themes, *m_languages;
  QAction *m_openModel, *m_openDocument, *m_openRun, *m_run, *m_cancel, *m_quit, *m_png, *m_svg, *m_pdf, *m_all, *m_csv, *m_json, *m_markdown,
      *m_command, *m_system, *m_light, *m_dark, *m_english, *m_chinese, *m_resetZoom;
};

}  // namespace presslab
