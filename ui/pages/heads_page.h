// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QUndoStack>
#include <QWidget>
#include <set>
#include <utility>
#include <vector>

#include "ui/charts/head_editor.h"
#include "ui/pages/replay_job.h"

class QAction;
class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace presslab {

class ComparisonModel;
class DeltaTable;
class ReplayProgress;
class RunController;
class WhatIfClient;

/// The head pattern of one method, to be edited; bytes and quality of every edit are replayed at once.
class HeadsPage : public QWidget {
  Q_OBJECT
 public:
  using Flips = std::set<std::pair<int, int>>;  // (layer, head)

  HeadsPage(RunController* controller, ComparisonModel* model, QWidget* parent = nullptr);
  void setJob(const ReplayJob& job);
  void setDark(bool dark) { m_map->setDark(dark); }
  HeadEditor* map() const { return m_map; }
  QUndoStack* undoStack() { return &m_undo; }
  const Flips& flips() const { return m_flips; }
  const WhatIfAnswer* answer() const { return m_answer.get(); }
  bool streams(int layer, int head) const;  // after the edits

  void flip(int layer, int head);
  void flipLayer(int layer);
  /// The `count` heads with the lowest scores stream.
  void streamLowest(int count);
  void reset();
  /// False, and failed() says why, when the file is bad.
  bool loadPattern(const QString& path);
  bool savePattern(const QString& path);
  bool comparePattern(const QString& path);
  /// Sets the flips without a step of its own on the undo stack.
  void apply(const Flips& flips);
  bool busy() const;  // a replay is under way

 Q_SIGNALS:
  void tokensWanted(int method, int layer, int head);
  void methodWanted(const QString& spec);
  void failed(const QString& reason);
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  void connectAll();
  void retranslateUi();
  void methodChosen();
  void push(const Flips& flips, const QString& text, int merge = -1);
  void ask();
  void show();
  void showState();
  void showCard();
  void useAsMethod();
  const MethodMetrics* method() const;
  bool ownStreams(const HeadMetrics& head) const { return head.kind == HeadKind::Streaming; }
  const HeadMetrics* counted(size_t i) const;  // of the answer, when it is about these flips

  RunController* m_controller;
  ComparisonModel* m_model;
  WhatIfClient* m_client;
  ReplayJob m_job;
  int m_lane = -1;
  std::vector<HeadMetrics> m_own;  // the method's own pattern, layer by layer
  int m_layers = 0, m_kvHeads = 0;
  Flips m_flips, m_asked;
  std::vector<float> m_scores;
  QString m_scoreSource;
  std::vector<float> m_second;  // values of the pattern compared with
  QString m_secondName;
  std::shared_ptr<const WhatIfAnswer> m_answer;
  bool m_stale = true;  // nothing was asked since the run or method changed
  QUndoStack m_undo;
  HeadEditor* m_map;
  DeltaTable* m_table;
  QComboBox* m_method;
  QLabel *m_methodLabel, *m_card, *m_thresholdLabel, *m_hint;
  QSlider* m_threshold;
  QCheckBox* m_whole;
  QToolButton *m_undoButton, *m_redoButton, *m_resetButton, *m_layerButton, *m_loadButton, *m_saveButton, *m_compareButton, *m_useButton;
  ReplayProgress* m_progress;
  QAction *m_undoAction, *m_redoAction;
};

}  // namespace presslab
