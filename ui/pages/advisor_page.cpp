// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/advisor_page.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/advice_texts.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"
#include "ui/run/what_if_client.h"
#include "ui/widgets/replay_progress.h"

namespace presslab {
namespace {

constexpr std::array<Complaint, 3> kComplaints{Complaint::Memory, Complaint::Speed, Complaint::Quality};

QFrame* card(QLabel* title, QWidget* content) {
  auto* frame = new QFrame;
  frame->setProperty("card", true);
  title->setFont(chartFont(9, true));
  auto* box = new QVBoxLayout(frame);
  box->setContentsMargins(8, 5, 6, 6);
  box->setSpacing(3);
  box->addWidget(title);
  box->addWidget(content, 1);
  return frame;
}

}  // namespace

AdvisorPage::AdvisorPage(RunController* controller, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_client(new WhatIfClient(controller, this)),
      m_method(new QComboBox),
      m_methodLabel(new QLabel),
      m_now(new QLabel),
      m_changesTitle(new QLabel),
      m_tipsTitle(new QLabel),
      m_complaints(new QButtonGroup(this)),
      m_measureAll(new QPushButton),
      m_changes(new QTableWidget),
      m_tipTable(new QTableWidget),
      m_progress(new ReplayProgress) {
  m_method->setObjectName(QStringLiteral("advisorMethod"));
  m_changes->setObjectName(QStringLiteral("advisorChanges"));
  m_tipTable->setObjectName(QStringLiteral("advisorTips"));
  m_measureAll->setObjectName(QStringLiteral("advisorMeasureAll"));
  for (size_t i = 0; i < kComplaints.size(); ++i) {
    m_buttons[i] = new QPushButton;
    m_buttons[i]->setCheckable(true);
    m_complaints->addButton(m_buttons[i], int(i));
  }
  arrange();
  connect(m_complaints, &QButtonGroup::idClicked, this, [this](int i) {
    m_chosen = true;
    setComplaint(kComplaints[size_t(i)]);
  });
  connect(m_method, &QComboBox::currentIndexChanged, this, [this] {
    m_stale = true;
    if (isVisible()) ask();
  });
  connect(m_measureAll, &QPushButton::clicked, this, [this] {
    for (const auto* list : {&m_rows, &m_tips})
      for (const size_t i : *list)
        if (m_list.advice[i].canMeasure && !m_list.advice[i].quality.measured) measure(i);
  });
  connect(m_controller, &RunController::advised, this, [this](quint64 ticket, const AdviceList& list) {
    if (ticket != m_ticket) return;
    m_list = list;
    m_queue.clear();
    if (!m_chosen) m_complaint = list.suggested;
    show();
  });
  connect(m_client, &WhatIfClient::progressed, this, [this](double share) {
    m_progress->setShare(share);
    showState();
  });
  connect(m_client, &WhatIfClient::answered, this, [this](const std::shared_ptr<const WhatIfAnswer>& answer) {
    if (!answer->complete && answer->error.empty()) return;
    if (m_measuring < m_list.advice.size() && !answer->cancelled) {
      Advice& a = m_list.advice[m_measuring];
      a.error = answer->error;
      if (answer->error.empty()) a.quality = answer->after.quality;
      rejudge(a);
      // The same change may stand among the guide's tips.
      for (Advice& other : m_list.advice)
        if (&other != &a && other.kind == a.kind && other.method == a.method && other.value == a.value) {
          other.quality = a.quality;
          rejudge(other);
        }
    }
    measureNext();
    show();
  });
  connect(m_controller, &RunController::stateChanged, this, [this] {
    setEnabled(m_controller->state() != RunController::State::Running && m_controller->state() != RunController::State::Cancelling);
    if (isVisible() && m_stale) ask();
  });
  retranslateUi();
}

bool AdvisorPage::busy() const { return m_client->busy(); }

void AdvisorPage::arrange() {
  auto* top = new QHBoxLayout;
  top->setSpacing(6);
  for (QPushButton* b : m_buttons) top->addWidget(b);
  top->addSpacing(12);
  m_methodLabel->setBuddy(m_method);
  m_method->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_method->setMinimumContentsLength(16);
  m_method->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  m_method->setMaximumWidth(460);
  top->addWidget(m_methodLabel);
  top->addWidget(m_method, 1);
  top->addSpacing(12);
  top->addWidget(m_measureAll);
  for (QTableWidget* t : {m_changes, m_tipTable}) {
    t->setEditTriggers(QAbstractItemView::NoEditTriggers);
    t->setSelectionBehavior(QAbstractItemView::SelectRows);
    t->setAlternatingRowColors(true);
    t->setShowGrid(false);
    t->setFrameShape(QFrame::NoFrame);
    t->setFont(chartFont(8.5));
    t->setWordWrap(true);
    t->verticalHeader()->hide();
    t->verticalHeader()->setDefaultSectionSize(30);
    t->horizontalHeader()->setFont(chartFont(8));
    t->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  }
  m_now->setWordWrap(true);
  auto* rows = new QSplitter(Qt::Vertical);
  rows->addWidget(card(m_changesTitle, m_changes));
  rows->addWidget(card(m_tipsTitle, m_tipTable));
  rows->setSizes({290, 310});
  rows->setHandleWidth(6);
  rows->setChildrenCollapsible(false);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->setSpacing(6);
  box->addLayout(top);
  box->addWidget(m_now);
  box->addWidget(rows, 1);
  box->addWidget(m_progress);
}

void AdvisorPage::setJob(const ReplayJob& job, const QString& failure) {
  m_client->cancel();
  m_queue.clear();
  m_job = job;
  m_failure = failure;
  m_chosen = false;
  const QString before = m_method->currentText();
  {
    const QSignalBlocker quiet(m_method);
    m_method->clear();
    for (const std::string& m : m_job.spec.methods) m_method->addItem(QString::fromStdString(m));
    const int same = m_method->findText(before);
    m_method->setCurrentIndex(m_method->count() == 0 ? -1 : same >= 0 ? same : m_method->count() - 1);
  }
  m_stale = true;
  if (isVisible()) ask();
}

QString AdvisorPage::method() const { return m_method->currentText(); }

void AdvisorPage::setComplaint(Complaint complaint) {
  m_complaint = complaint;
  show();
}

void AdvisorPage::ask() {
  if (m_method->currentIndex() < 0) return show();
  AdviceRequest q;
  q.run = m_job.run;
  q.spec = m_job.spec;
  q.method = method().toStdString();
  q.failure = m_failure.toStdString();
  m_client->cancel();
  m_ticket = m_controller->advise(q);
  m_stale = m_ticket == 0;
}

void AdvisorPage::measure(size_t advice) {
  if (std::find(m_queue.begin(), m_queue.end(), advice) == m_queue.end()) m_queue.push_back(advice);
  if (!m_client->busy()) measureNext();
  showState();
}

void AdvisorPage::measureNext() {
  while (!m_queue.empty()) {
    const size_t i = m_queue.front();
    m_queue.pop_front();
    if (i >= m_list.advice.size() || m_list.advice[i].quality.measured) continue;
    const Advice& a = m_list.advice[i];
    CompareSpec spec = m_job.spec;
    WhatIfRequest q;
    q.base = q.method = a.method;
    if (a.kind == AdviceKind::Context)
      spec.prompt.contextTokens = int(a.value);
    else if (m_job.run)
      q.contextIds = m_job.run->contextIds;
    if (m_job.run) q.modelPath = m_job.run->stamp.modelPath;
    m_measuring = i;
    m_progress->setShare(0);
    if (m_client->ask(spec, q)) return;
  }
}

/// A change that is measured needs no guess: less divergence helps.
void AdvisorPage::rejudge(Advice& a) const {
  if (!a.error.empty()) {
    a.verdict = AdviceVerdict::NotHere;
  } else if (a.complaint == Complaint::Quality && a.quality.measured && m_list.now.quality.measured && a.verdict != AdviceVerdict::AlreadySo) {
    const double then = a.quality.kldMean, was = m_list.now.quality.kldMean;
    a.verdict = then < was ? AdviceVerdict::Helps : then > was ? AdviceVerdict::Hurts : AdviceVerdict::NoEffect;
  }
}

void AdvisorPage::show() {
  m_rows.clear();
  m_tips.clear();
  for (size_t i = 0; i < m_list.advice.size(); ++i) {
    if (m_list.advice[i].guide)
      m_tips.push_back(i);
    else if (m_list.advice[i].complaint == m_complaint)
      m_rows.push_back(i);
  }
  for (size_t i = 0; i < kComplaints.size(); ++i) m_buttons[i]->setChecked(kComplaints[i] == m_complaint);
  const Advice& now = m_list.now;
  QString text;
  if (!m_failure.isEmpty()) text = tr("The run failed: %1").arg(m_failure) + QLatin1Char(' ');
  if (!m_list.error.empty())
    text += QString::fromStdString(m_list.error);
  else if (m_list.advice.empty())
    text += tr("Run a comparison first: advice is computed for it.");
  else if (!now.error.empty())
    text += QString::fromStdString(now.error);
  else
    text += tr("Now: %1 context tokens, KV cache %2 MB, at its peak with the weights %3 MB, %4 ms per token, KL divergence %5, same token %6.")
                .arg(QString::number(m_list.contextTokens), megabytes(now.kvBytes), megabytes(now.kvBytesPeak + now.weightBytes),
                     std::isnan(now.ms) ? QStringLiteral("–") : number(now.ms, 2),
                     now.quality.measured ? number(now.quality.kldMean, 5) : QStringLiteral("–"),
                     now.quality.measured ? number(100 * now.quality.top1Agree, 1) + QStringLiteral(" %") : QStringLiteral("–"));
  m_now->setText(text);
  fillChanges();
  fillTips();
  showState();
}

void AdvisorPage::showState() {
  const bool busy = m_client->busy();
  m_progress->setBusy(busy);
  m_measureAll->setEnabled(!m_list.advice.empty() && !busy);
  if (busy && m_measuring < m_list.advice.size())
    m_progress->say(tr("Measuring by replay: %1").arg(adviceText(m_list.advice[m_measuring], m_list)));
  else if (m_list.advice.empty())
    m_progress->say({});
  else
    m_progress->say(tr("MB are exact arithmetic; ms are computed %1; quality is only ever measured.").arg(timeLawText(m_list.now, m_list)));
}

void AdvisorPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (m_stale) ask();
}

void AdvisorPage::retranslateUi() {
  for (size_t i = 0; i < kComplaints.size(); ++i) {
    m_buttons[i]->setText(complaintText(kComplaints[i]));
    m_buttons[i]->setAccessibleName(tr("Complaint: %1").arg(m_buttons[i]->text()));
  }
  m_methodLabel->setText(tr("Method"));
  m_method->setAccessibleName(tr("Method to improve"));
  m_measureAll->setText(tr("Measure all"));
  m_measureAll->setToolTip(tr("Replays every change on this run's prompt"));
  m_measureAll->setAccessibleName(m_measureAll->text());
  m_changesTitle->setText(tr("What would help"));
  m_tipsTitle->setText(tr("The guide's tips, judged on this run"));
  m_changes->setAccessibleName(m_changesTitle->text());
  m_tipTable->setAccessibleName(m_tipsTitle->text());
  show();
}

void AdvisorPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
