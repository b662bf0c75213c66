// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/lab_pages.h"

#include <QTabWidget>
#include <algorithm>

#include "core/api/press_info.h"
#include "ui/charts/placement_chart.h"
#include "ui/pages/advisor_page.h"
#include "ui/pages/ask_page.h"
#include "ui/pages/claims_page.h"
#include "ui/pages/experts_page.h"
#include "ui/pages/heads_page.h"
#include "ui/pages/placement_page.h"
#include "ui/pages/quality_page.h"
#include "ui/run/run_controller.h"

namespace presslab {

LabPages::LabPages(RunController* controller, ComparisonModel* model, std::function<CompareSpec()> controls, QTabWidget* tabs)
    : QObject(tabs),
      m_controller(controller),
      m_controls(std::move(controls)),
      m_tabs(tabs),
      m_heads(new HeadsPage(controller, model)),
      m_experts(new ExpertsPage(controller, model)),
      m_placement(new PlacementPage(model)),
      m_advisor(new AdvisorPage(controller)),
      m_quality(new QualityPage(controller, model, m_controls)),
      m_claims(new ClaimsPage(controller, m_controls)),
      m_ask(new AskPage(controller, m_controls)) {
  for (QWidget* page : std::initializer_list<QWidget*>{m_heads, m_experts, m_placement, m_advisor, m_quality, m_claims, m_ask})
    tabs->addTab(page, QString());
  connect(m_heads, &HeadsPage::tokensWanted, this, &LabPages::tokensWanted);
  connect(m_heads, &HeadsPage::methodWanted, this, &LabPages::methodWanted);
  connect(m_experts, &ExpertsPage::methodWanted, this, &LabPages::methodWanted);
  connect(m_advisor, &AdvisorPage::applyWanted, this, &LabPages::adviceWanted);
  connect(m_heads, &HeadsPage::failed, this, &LabPages::failed);
  connect(m_heads, &HeadsPage::told, this, &LabPages::told);
  connect(m_placement, &PlacementPage::failed, this, &LabPages::failed);
  connect(m_placement, &PlacementPage::told, this, &LabPages::told);
  connect(m_quality, &QualityPage::failed, this, &LabPages::failed);
  connect(m_quality, &QualityPage::told, this, &LabPages::told);
  connect(m_claims, &ClaimsPage::failed, this, &LabPages::failed);
  connect(m_claims, &ClaimsPage::told, this, &LabPages::told);
  connect(m_ask, &AskPage::told, this, &LabPages::told);
}

void LabPages::setComparison(std::shared_ptr<const Comparison> run) {
  m_run = std::move(run);
  ReplayJob job;
  job.run = m_run;
  // A run that was opened is repeated with what the controls say; the engine refuses when that is another prompt.
  job.spec = m_run && m_run == m_controller->lastRun() ? m_controller->lastSpec() : m_controls();
  if (m_run) {
    job.spec.methods.clear();
    for (const MethodMetrics& m : m_run->methods) job.spec.methods.push_back(m.method);
  }
  m_heads->setJob(job);
  m_experts->setJob(job);
  m_placement->setComparison(m_run);
  m_advisor->setJob(job, {});
}

void LabPages::setOutcome(const RunOutcome& outcome) {
  if (outcome.status != RunOutcome::Status::Failed) return;
  ReplayJob job;
  job.run = outcome.comparison;
  job.spec = m_controller->lastSpec();
  m_advisor->setJob(job, QString::fromStdString(outcome.error));
}

void LabPages::setDark(bool dark) {
  m_heads->setDark(dark);
  m_experts->setDark(dark);
  m_placement->setDark(dark);
  m_quality->setDark(dark);
}

std::vector<ChartView*> LabPages::charts() const {
  return {m_heads->map(), m_experts->grid(), m_experts->steps(), m_placement->chart(), m_quality->charts()[0], m_quality->charts()[1]};
}

bool LabPages::busy() const {
  return m_heads->busy() || m_experts->busy() || m_advisor->busy() || m_quality->busy() || m_claims->busy() || m_ask->busy();
}

void LabPages::retranslateUi() {
  m_tabs->setTabText(m_tabs->indexOf(m_heads), tr("Heads"));
  m_tabs->setTabText(m_tabs->indexOf(m_experts), tr("Experts"));
  m_tabs->setTabText(m_tabs->indexOf(m_placement), tr("Placement"));
  m_tabs->setTabText(m_tabs->indexOf(m_advisor), tr("Advisor"));
  m_tabs->setTabText(m_tabs->indexOf(m_quality), tr("Quality"));
  m_tabs->setTabText(m_tabs->indexOf(m_claims), tr("Claims"));
  m_tabs->setTabText(m_tabs->indexOf(m_ask), tr("Ask"));
}

std::vector<std::string> withAdvice(std::vector<std::string> methods, const Advice& advice, const std::string& from) {
  const auto same = [](const std::string& a, const std::string& b) {
    try {
      return a == b || canonicalPressSpec(a) == canonicalPressSpec(b);
    } catch (const std::exception&) {
      return false;
    }
  };
  if (std::any_of(methods.begin(), methods.end(), [&](const std::string& m) { return same(m, advice.method); })) return methods;
  const auto at = std::find_if(methods.begin(), methods.end(), [&](const std::string& m) { return same(m, from); });
  if (at == methods.end() || from == "none")
    methods.push_back(advice.method);
  else
    *at = advice.method;
  return methods;
}

}  // namespace presslab
