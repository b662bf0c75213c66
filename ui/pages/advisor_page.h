// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <array>
#include <deque>

#include "core/api/advice.h"
#include "core/api/what_if.h"
#include "ui/pages/replay_job.h"

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QTableWidget;

namespace presslab {

class ReplayProgress;
class RunController;
class WhatIfClient;

/// What to change when a method needs too much memory, is slow or answers badly: each change with what it would do in this run, one click to set
/// it; the guide's tips with their verdict.
class AdvisorPage : public QWidget {
  Q_OBJECT
 public:
  explicit AdvisorPage(RunController* controller, QWidget* parent = nullptr);
  /// `failure`: what a failed run said, empty for one that went well.
  void setJob(const ReplayJob& job, const QString& failure);
  void setComplaint(Complaint complaint);
  Complaint complaint() const { return m_complaint; }
  const AdviceList& list() const { return m_list; }
  /// Index into list().advice of each row.
  const std::vector<size_t>& rows() const { return m_rows; }
  void measure(size_t advice);
  bool busy() const;  // a replay is under way

 Q_SIGNALS:
  void applyWanted(const presslab::Advice& advice, const QString& from);  // from: the spec as it is

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  void retranslateUi();
  void ask();
  void measureNext();
  void rejudge(Advice& advice) const;
  void show();
  void fillChanges();
  void fillTips();
  void showState();
  QString method() const;

  RunController* m_controller;
  WhatIfClient* m_client;
  ReplayJob m_job;
  QString m_failure;
  AdviceList m_list;
  Complaint m_complaint = Complaint::Memory;
  bool m_chosen = false, m_stale = true;  // chosen: the user picked the complaint
  quint64 m_ticket = 0;
  std::vector<size_t> m_rows, m_tips;
  std::deque<size_t> m_queue;  // to be measured
  size_t m_measuring = 0;
  QComboBox* m_method;
  QLabel *m_methodLabel, *m_now, *m_changesTitle, *m_tipsTitle;
  QButtonGroup* m_complaints;
  std::array<QPushButton*, 3> m_buttons;
  QPushButton* m_measureAll;
  QTableWidget *m_changes, *m_tipTable;
  ReplayProgress* m_progress;
};

}  // namespace presslab
