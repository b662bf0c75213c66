// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <array>
#include <functional>
#include <memory>

#include "core/api/claims_report.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFrame;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;
class QToolButton;

namespace presslab {

class ClaimsClient;
class ClaimsFilter;
class ClaimsModel;
class ReplayProgress;
class RunController;

/// The guide's claims held against this machine: run, stopped, continued, opened; a row a claim, length and match with figure, interval, bound,
/// verdict and reason. The report is kept in a folder of the user's data that belongs to its settings.
class ClaimsPage : public QWidget {
  Q_OBJECT
 public:
  ClaimsPage(RunController* controller, std::function<CompareSpec()> controls, QWidget* parent = nullptr);
  bool busy() const;
  /// A report that was made before, by its folder or its claims.json. False, and the status says why, when it is none.
  bool open(const QString& path);
  /// What Run asks for. Throws std::exception for settings that make no report.
  ClaimsSpec spec() const;
  QString command() const;
  const ClaimsReport* report() const { return m_report.get(); }
  /// The report as Markdown or, by the ending, as PDF. Throws std::exception.
  void writeTo(const QString& path) const;

 Q_SIGNALS:
  void failed(const QString& reason);
  void told(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void arrange();
  QFrame* makeForm();
  void connectAll();
  void retranslateUi();
  void retranslateForm();
  void run(bool resume);
  void progressed(const ClaimsProgress& progress);
  void finished(const std::shared_ptr<const ClaimsReport>& report);
  void setReport(std::shared_ptr<const ClaimsReport> report);
  void updateState();
  void fillChoices();
  void applyFilter();
  void showCounts();
  void showRow();
  void exportAs(const QString& ending);
  std::string chosenVerdict() const;

  RunController* m_controller;
  std::function<CompareSpec()> m_controls;
  ClaimsClient* m_client;
  std::shared_ptr<const ClaimsReport> m_report;
  QString m_dir;  // of m_report
  ClaimsModel* m_model;
  ClaimsFilter* m_filter;
  QLabel *m_settingsLabel, *m_lengthsLabel, *m_ratioLabel, *m_newLabel, *m_repeatLabel, *m_tipsLabel, *m_matchesLabel, *m_equalLabel, *m_lengthLabel;
  QLineEdit* m_lengths;
  std::array<QCheckBox*, 3> m_matches;  // by Match
  QDoubleSpinBox* m_ratio;
  QSpinBox *m_newTokens, *m_repeat, *m_tips;
  QPushButton *m_run, *m_cancel, *m_resume;
  ReplayProgress* m_progress;
  QToolButton *m_open, *m_copy, *m_markdown, *m_pdf;
  std::array<QToolButton*, 4> m_verdicts;  // all, holds, does not hold, cannot hold here
  QComboBox *m_match, *m_length;
  QLabel *m_tableTitle, *m_stamp, *m_detail;
  QTableView* m_table;
};

}  // namespace presslab
