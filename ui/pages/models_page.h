// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

#include "core/api/memory_estimate.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace presslab {

class HubPanel;
class ModelFacts;

/// Models of the search path and those used before; facts and memory of the chosen one before it is loaded; more from the hub.
class ModelsPage : public QWidget {
  Q_OBJECT
 public:
  explicit ModelsPage(QWidget* parent = nullptr);
  /// Reads the search path again, beside the GUI thread; `scanned` follows.
  void reload();
  /// The comparison that memory is told for.
  void setJob(const std::vector<std::string>& methods, int contextTokens, int newTokens);
  /// The model that the engine holds; it goes to the front of those used before.
  void setLoaded(const ModelInfo& info);
  void setCanLoad(bool can);
  /// Of the model that the engine holds; nothing while its header has not been read.
  std::optional<MemoryEstimate> estimateOfLoaded(const std::vector<std::string>& methods, int contextTokens, int newTokens) const;
  /// Shows the facts of a file, in the list or not.
  void inspect(const QString& path);
  ModelFacts* facts() const { return m_facts; }
  HubPanel* hub() const { return m_hub; }
  static QStringList recentPaths();

 Q_SIGNALS:
  void loadWanted(const QString& path);
  void openWanted();  // a file by the dialog
  void scanned();

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void retranslateUi();
  void fill();
  void filter();
  void choose();
  QLabel *m_title, *m_hint;
  QLineEdit* m_filter;
  QPushButton *m_open, *m_rescan;
  QTableWidget* m_table;
  HubPanel* m_hub;
  ModelFacts* m_facts;
  std::vector<ModelInfo> m_models;
  QString m_loadedPath, m_chosen;
  std::optional<ModelFootprint> m_loaded;
  quint64 m_scan = 0, m_inspection = 0;  // the newest request; older answers are dropped
  bool m_seen = false;
};

}  // namespace presslab
