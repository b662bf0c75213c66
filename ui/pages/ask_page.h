// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <functional>
#include <vector>

#include "core/api/ask.h"

class QFrame;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QRadioButton;
class QSpinBox;
class QTimer;
class QToolButton;

namespace presslab {

class AskClient;
class AskLane;
class ReplayProgress;
class RunController;

/// Questions on a context that is compressed once: the controls' prompt, a lane a method, each question apart or a conversation that goes on.
class AskPage : public QWidget {
  Q_OBJECT
 public:
  AskPage(RunController* controller, std::function<CompareSpec()> controls, QWidget* parent = nullptr);
  bool busy() const;
  /// The list of methods after a change of the controls; what was unchecked stays so.
  void controlsChanged();
  /// What Compress asks for: the checked methods on the controls' prompt.
  AskSpec spec() const;
  const std::vector<AskLane*>& lanes() const { return m_lanes; }
  bool isCompressed() const { return m_compressed; }

 Q_SIGNALS:
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  QFrame* makeForm();
  void connectAll();
  void retranslateUi();
  void compress();
  void ask();
  void eventTold(const AskEvent& event);
  void ended(const AskOutcome& outcome, bool ofContext);
  void othersMayHaveTaken();
  void showLanes();
  void makeLanes(const std::vector<std::string>& methods);
  void updateState();
  QString promptText() const;

  RunController* m_controller;
  std::function<CompareSpec()> m_controls;
  AskClient* m_client;
  std::vector<AskLane*> m_lanes;
  bool m_compressed = false;  // the engine keeps the context of m_lanes
  bool m_conversed = false;   // it has become part of a conversation
  bool m_asked = false;       // the lanes have something to show
  QLabel *m_heading, *m_prompt, *m_methodsLabel, *m_modeLabel, *m_newLabel, *m_hint;
  QListWidget* m_methods;
  QRadioButton *m_apart, *m_conversation;
  QSpinBox* m_newTokens;
  QPushButton *m_compress, *m_cancel, *m_ask;
  ReplayProgress* m_progress;
  QToolButton* m_copy;
  QHBoxLayout* m_laneBox;
  QLineEdit* m_question;
  QTimer* m_paint;
};

}  // namespace presslab
