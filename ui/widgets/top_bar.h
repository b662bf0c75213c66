// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <string>

#include "core/api/lab.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace presslab {

/// Model, prompt, question, preset, Run and Cancel.
class TopBar : public QWidget {
  Q_OBJECT
 public:
  explicit TopBar(QWidget* parent = nullptr);
  void setModel(const ModelInfo& info);
  void setModelText(const QString& text);
  /// Run is offered when `ready`, Cancel when `running`.
  void setState(bool ready, bool running, bool cancelling);
  /// Returns the length that was set: a model with fewer positions gives the nearest.
  int setJob(int contextTokens, int newTokens);
  void setContextTokens(int tokens);
  void setDocument(const QString& path);  // reads the file; emits failed()
  void chooseDocument();
  QString documentPath() const { return m_path; }
  PromptSpec prompt() const;
  int contextTokens() const;  // of a document: an estimate from its length
  int newTokens() const;
  RunMode mode() const;
  void setMode(RunMode mode);
  void focusRun();

 Q_SIGNALS:
  void run();
  void cancel();
  void openModel();
  void presetChosen(int index);
  void jobChanged();
  void failed(const QString& reason);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  void limitLength();
  QLabel *m_model, *m_promptLabel, *m_questionLabel, *m_presetLabel, *m_newLabel;
  QToolButton *m_openModel, *m_openDocument;
  QComboBox *m_source, *m_preset, *m_mode;
  QSpinBox *m_length, *m_newTokens;
  QLineEdit* m_question;
  QPushButton *m_run, *m_cancel;
  std::optional<ModelInfo> m_info;
  std::string m_text;
  QString m_textName, m_path;
};

}  // namespace presslab
