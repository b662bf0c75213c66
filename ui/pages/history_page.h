// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "core/api/run_store.h"
#include "ui/charts/chart_view.h"

class QAction;
class QComboBox;
class QFrame;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTableView;
class QTimer;

namespace presslab {

class HistoryClient;
class HistoryFilter;
class HistoryModel;
class HistoryPanel;
class OverlayPage;

/// The history: a sortable table with search and tags, labels edited beside it, deletion with undo, import and export as one file, and
/// chosen runs laid over each other. Enter or a double click opens a run.
class HistoryPage : public QWidget {
  Q_OBJECT
 public:
  explicit HistoryPage(QWidget* parent = nullptr);
  ~HistoryPage() override;
  /// Adds a run that has ended, behind the scenes.
  void keep(std::shared_ptr<const Comparison> run);
  /// Reads the list again; it is shown when it comes.
  void reload();
  /// A file of runs, a run.json, a run folder or a folder of them.
  void importFile(const QString& path);
  /// The chosen runs, all that are shown where none is chosen.
  void exportFile(const QString& path);
  void removeChosen();
  void undoRemove();
  void compareChosen();
  void setDark(bool dark);
  OverlayPage* overlay() const { return m_overlay; }

 Q_SIGNALS:
  void openWanted(const QString& run);
  void exportWanted(presslab::ChartView* chart);
  void failed(const QString& reason);
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void makeActions();
  void retranslateUi();
  void filter();
  void fillTags(const std::vector<StoredRun>& runs);
  void setRuns(const std::vector<StoredRun>& runs);
  void chosenChanged();
  void openCurrent();
  void copyChosen();
  void showUndo();
  std::vector<std::string> chosen() const;
  std::vector<std::string> shownRuns() const;
  HistoryClient* m_client;
  HistoryModel* m_model;
  HistoryFilter* m_sorted;
  HistoryPanel* m_panel;
  OverlayPage* m_overlay;
  QStackedWidget* m_pages;
  QLabel *m_title, *m_count, *m_empty, *m_undoText;
  QLineEdit* m_filter;
  QComboBox* m_tag;
  QPushButton *m_open, *m_compare, *m_import, *m_export, *m_delete, *m_undo;
  QTableView* m_table;
  QFrame* m_undoBar;
  QTimer* m_watch;
  QAction *m_find, *m_copy, *m_remove, *m_undoAction, *m_enter;
  std::vector<std::vector<std::string>> m_removed;  // the last deletion last
  bool m_listed = false, m_sized = false;           // the list has come; the columns have their first widths
};

}  // namespace presslab
