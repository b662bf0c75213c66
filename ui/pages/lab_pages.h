// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/api/advice.h"
#include "core/api/run_spec.h"

class QTabWidget;

namespace presslab {

class AdvisorPage;
class AskPage;
class ChartView;
class ClaimsPage;
class ComparisonModel;
class ExpertsPage;
class HeadsPage;
class PlacementPage;
class QualityPage;
class RunController;
struct RunOutcome;

/// The pages on which a finished comparison is changed and asked: heads, experts, placement, advisor, quality, claims, questions. They belong to the
/// tabs.
class LabPages : public QObject {
  Q_OBJECT
 public:
  /// `controls`: what the controls are set to now.
  LabPages(RunController* controller, ComparisonModel* model, std::function<CompareSpec()> controls, QTabWidget* tabs);
  void setComparison(std::shared_ptr<const Comparison> run);
  void setOutcome(const RunOutcome& outcome);  // of a run of this window, after setComparison()
  void setDark(bool dark);
  void retranslateUi();
  std::vector<ChartView*> charts() const;
  bool busy() const;  // a replay is under way
  HeadsPage* heads() const { return m_heads; }
  ExpertsPage* experts() const { return m_experts; }
  QualityPage* quality() const { return m_quality; }
  ClaimsPage* claims() const { return m_claims; }
  AskPage* ask() const { return m_ask; }
  PlacementPage* placement() const { return m_placement; }
  AdvisorPage* advisor() const { return m_advisor; }

 Q_SIGNALS:
  void tokensWanted(int method, int layer, int head);
  void methodWanted(const QString& spec);
  void adviceWanted(const presslab::Advice& advice, const QString& from);
  void failed(const QString& reason);
  void told(const QString& text);

 private:
  RunController* m_controller;
  std::function<CompareSpec()> m_controls;
  QTabWidget* m_tabs;
  HeadsPage* m_heads;
  ExpertsPage* m_experts;
  PlacementPage* m_placement;
  AdvisorPage* m_advisor;
  QualityPage* m_quality;
  ClaimsPage* m_claims;
  AskPage* m_ask;
  std::shared_ptr<const Comparison> m_run;
};

/// The methods of the controls after a change of the method `from`; a method that is not among them is added.
std::vector<std::string> withAdvice(std::vector<std::string> methods, const Advice& advice, const std::string& from);

}  // namespace presslab
