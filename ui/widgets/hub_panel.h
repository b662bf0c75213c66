// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <vector>

#include "core/api/hub.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace presslab {

class HubFetch;

/// Gets a model from the Hugging Face hub: a name or one of the guide's tiers, progress, cancel.
class HubPanel : public QFrame {
  Q_OBJECT
 public:
  explicit HubPanel(QWidget* parent = nullptr);
  HubFetch* fetch() const { return m_fetch; }

 Q_SIGNALS:
  /// Path of the GGUF file that came, empty when there was none among the files.
  void fetched(const QString& modelPath);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  void updateState();
  void start();
  void showProgress(const HubProgress& progress);
  void showChoice(const HubListing& listing);
  void showResults(const std::vector<HubResult>& results);
  HubFetch* m_fetch;
  QLabel *m_title, *m_note, *m_status;
  QLineEdit* m_name;
  QComboBox* m_file;
  QPushButton *m_get, *m_cancel;
  QProgressBar* m_bar;
  std::vector<QPushButton*> m_tiers;
  std::vector<QLabel*> m_tierLabels;
};

}  // namespace presslab
