// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>

#include "core/api/run_store.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace presslab {

/// Name, tags and note of the chosen run, edited in place: what was typed is kept when the field is left or another run is chosen.
class HistoryPanel : public QFrame {
  Q_OBJECT
 public:
  explicit HistoryPanel(QWidget* parent = nullptr);
  /// null: no run, or more than one. Keeps what was typed for the run before.
  void setRun(const StoredRun* run);
  /// Hands on what was typed.
  void commit();

 Q_SIGNALS:
  void edited(const std::string& id, const std::string& name, const std::vector<std::string>& tags, const std::string& note);

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void retranslateUi();
  void show();
  StoredRun m_run;
  bool m_filled = false;
  QLabel *m_title, *m_facts, *m_nameLabel, *m_tagsLabel, *m_noteLabel, *m_commandLabel;
  QLineEdit *m_name, *m_tags;
  QPlainTextEdit *m_note, *m_command;
};

}  // namespace presslab
