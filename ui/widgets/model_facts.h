// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <optional>
#include <string>
#include <vector>

#include "core/api/memory_estimate.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace presslab {

/// "93.8 MiB", "1.50 GiB".
QString bytesShown(qint64 bytes);

/// What is known of a model before it is loaded, what the comparison would take of memory, and the button that loads it.
class ModelFacts : public QFrame {
  Q_OBJECT
 public:
  explicit ModelFacts(QWidget* parent = nullptr);
  /// A model whose header is still being read, or that cannot be run: `notice` says so.
  void setPending(const QString& path, const QString& notice);
  void setModel(const ModelFootprint& model);
  void setJob(const std::vector<std::string>& methods, int contextTokens, int newTokens);
  void setCanLoad(bool can);
  void setLoadedPath(const QString& path);
  /// For tests of what does not fit: as if the machine had so much.
  void setAvailable(qint64 bytes);
  qint64 available() const { return m_available; }  // -1: the machine's own
  const std::optional<MemoryEstimate>& estimate() const { return m_estimate; }

 Q_SIGNALS:
  void loadWanted(const QString& path);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  void show();
  void showEstimate();
  QString factsText() const;
  QLabel *m_title, *m_facts, *m_notice, *m_memoryTitle, *m_loading, *m_verdict;
  QTableWidget* m_table;
  QPushButton* m_load;
  QString m_path, m_pending, m_loadedPath;
  std::optional<ModelFootprint> m_model;
  std::optional<MemoryEstimate> m_estimate;
  std::vector<std::string> m_methods;
  int m_context = 0, m_new = 0;
  qint64 m_available = -1;  // -1: ask the machine
  bool m_canLoad = true;
};

}  // namespace presslab
