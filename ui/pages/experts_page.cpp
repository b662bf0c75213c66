// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/experts_page.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/charts/charts.h"
#include "ui/forms/spec_text.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"
#include "ui/run/what_if_client.h"
#include "ui/widgets/delta_table.h"
#include "ui/widgets/replay_progress.h"

namespace presslab {
namespace {

const std::array<QString, 3> kBalances{QStringLiteral("off"), QStringLiteral("upstream"), QStringLiteral("integral")};

}  // namespace

ExpertsPage::ExpertsPage(RunController* controller, ComparisonModel* model, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_model(model),
      m_client(new WhatIfClient(controller, this)),
      m_grid(new ExpertGrid),
      m_steps(new ExpertStepChart),
      m_table(new DeltaTable),
      m_method(new QComboBox),
      m_quantity(new QComboBox),
      m_methodLabel(new QLabel),
      m_quantityLabel(new QLabel),
      m_layerLabel(new QLabel),
      m_stepLabel(new QLabel),
      m_balanceLabel(new QLabel),
      m_layer(new QSlider(Qt::Horizontal)),
      m_step(new QSlider(Qt::Horizontal)),
      m_balances(new QButtonGroup(this)),
      m_use(new QPushButton),
      m_progress(new ReplayProgress) {
  m_method->setObjectName(QStringLiteral("expertsMethod"));
  m_quantity->setObjectName(QStringLiteral("expertsQuantity"));
  m_layer->setObjectName(QStringLiteral("expertsLayer"));
  m_step->setObjectName(QStringLiteral("expertsStep"));
  m_use->setObjectName(QStringLiteral("expertsUse"));
  m_table->setExperts(true);
  for (int i = 0; i < 5; ++i) m_quantity->addItem(QString());
  for (size_t i = 0; i < kBalances.size(); ++i) {
    m_balanceButtons[i] = new QPushButton;
    m_balanceButtons[i]->setCheckable(true);
    m_balanceButtons[i]->setObjectName(QStringLiteral("balance_") + kBalances[i]);
    m_balances->addButton(m_balanceButtons[i], int(i));
  }
  arrange();
  connect(m_method, &QComboBox::currentIndexChanged, this, &ExpertsPage::methodChosen);
  connect(m_quantity, &QComboBox::currentIndexChanged, this, &ExpertsPage::show);
  connect(m_layer, &QSlider::valueChanged, this, &ExpertsPage::show);
  connect(m_step, &QSlider::valueChanged, this, &ExpertsPage::show);
  connect(m_grid, &ExpertGrid::layerChosen, m_layer, &QSlider::setValue);
  connect(m_balances, &QButtonGroup::idClicked, this, [this](int i) { setBalance(kBalances[size_t(i)]); });
  connect(m_use, &QPushButton::clicked, this, [this] {
    if (method()) Q_EMIT methodWanted(variant());
  });
  connect(m_client, &WhatIfClient::progressed, this, [this](double share) {
    m_progress->setShare(share);
    showState();
  });
  connect(m_client, &WhatIfClient::answered, this, [this](const std::shared_ptr<const WhatIfAnswer>& answer) {
    if (answer->cancelled) return;
    m_answer = answer->error.empty() ? answer : nullptr;
    if (!answer->error.empty()) m_progress->say(QString::fromStdString(answer->error));
    show();
  });
  connect(m_controller, &RunController::stateChanged, this, [this] {
    setEnabled(m_controller->state() != RunController::State::Running && m_controller->state() != RunController::State::Cancelling);
    if (isVisible() && m_stale) ask();
  });
  retranslateUi();
}

bool ExpertsPage::busy() const { return m_client->busy(); }

void ExpertsPage::arrange() {
  auto* top = new QHBoxLayout;
  top->setSpacing(6);
  m_methodLabel->setBuddy(m_method);
  m_quantityLabel->setBuddy(m_quantity);
  m_method->setMaximumWidth(420);
  m_quantity->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  m_method->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_method->setMinimumContentsLength(12);
  m_method->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  for (QWidget* w : {static_cast<QWidget*>(m_methodLabel), static_cast<QWidget*>(m_method), static_cast<QWidget*>(m_quantityLabel),
                     static_cast<QWidget*>(m_quantity)})
    top->addWidget(w);
  top->addSpacing(12);
  top->addWidget(m_balanceLabel);
  for (QPushButton* b : m_balanceButtons) top->addWidget(b);
  top->addWidget(m_use);
  auto* scrub = new QHBoxLayout;
  for (const auto& [label, slider] : {std::pair{m_layerLabel, m_layer}, {m_stepLabel, m_step}}) {
    label->setBuddy(slider);
    label->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("positions 00000-00000  ")));
    scrub->addWidget(label);
    scrub->addWidget(slider, 1);
  }
  auto* frame = new QFrame;
  frame->setProperty("card", true);
  auto* inner = new QVBoxLayout(frame);
  inner->setContentsMargins(8, 6, 8, 6);
  inner->addWidget(m_table, 1);
  inner->addWidget(m_progress);
  auto* right = new QSplitter(Qt::Vertical);
  right->addWidget(frame);
  right->addWidget(m_steps);
  right->setSizes({330, 260});
  auto* columns = new QSplitter;
  columns->addWidget(m_grid);
  columns->addWidget(right);
  columns->setSizes({560, 460});
  for (QSplitter* s : {right, columns}) {
    s->setHandleWidth(6);
    s->setChildrenCollapsible(false);
  }
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->setSpacing(6);
  box->addLayout(top);
  box->addWidget(columns, 1);
  box->addLayout(scrub);
}

void ExpertsPage::setDark(bool dark) {
  m_grid->setDark(dark);
  m_steps->setDark(dark);
}

void ExpertsPage::setJob(const ReplayJob& job) {
  m_client->cancel();
  m_job = job;
  const QString before = m_method->currentText();
  {
    const QSignalBlocker quiet(m_method);
    m_method->clear();
    for (size_t i = 0; m_job.run && i < m_job.run->methods.size(); ++i) {
      const MethodMetrics& m = m_job.run->methods[i];
      if (!m.failed && !m.experts.empty()) m_method->addItem(QString::fromStdString(m.method), int(i));
    }
    m_method->setCurrentIndex(m_method->count() > 0 ? std::max(0, m_method->findText(before)) : -1);
  }
  methodChosen();
}

const MethodMetrics* ExpertsPage::method() const {
  if (!m_job.run || m_lane < 0 || size_t(m_lane) >= m_job.run->methods.size()) return nullptr;
  return &m_job.run->methods[size_t(m_lane)];
}

void ExpertsPage::methodChosen() {
  m_client->cancel();
  m_answer.reset();
  m_lane = m_method->currentIndex() >= 0 ? m_method->currentData().toInt() : -1;
  m_own = QStringLiteral("integral");  // the press's default
  if (const MethodMetrics* m = method()) {
    for (const QString& b : kBalances)
      if (QString::fromStdString(m->method).contains(QStringLiteral("balance=") + b)) m_own = b;
  }
  m_balance = m_own;
  m_stale = true;
  show();
  if (isVisible()) ask();
}

QString ExpertsPage::variant() const {
  const MethodMetrics* m = method();
  if (!m) return {};
  const QString spec = QString::fromStdString(m->method);
  return m_balance == m_own ? spec : withArguments(spec, {{QStringLiteral("balance"), m_balance}});
}

void ExpertsPage::setBalance(const QString& balance) {
  m_balance = balance;
  m_answer.reset();
  show();
  ask();
}

void ExpertsPage::ask() {
  const MethodMetrics* m = method();
  if (!m || !isVisible()) return;
  WhatIfRequest q;
  q.base = m->method;
  q.method = variant().toStdString();
  q.contextIds = m_job.run->contextIds;
  q.modelPath = m_job.run->stamp.modelPath;
  m_stale = !m_client->ask(m_job.spec, q);
  m_progress->setShare(0);
  showState();
}

const std::vector<ExpertMetrics>& ExpertsPage::shown() const {
  static const std::vector<ExpertMetrics> none;
  if (m_answer) return m_answer->after.experts;
  const MethodMetrics* m = method();
  return m && m_balance == m_own ? m->experts : none;
}

void ExpertsPage::show() {
  const std::vector<ExpertMetrics>& experts = shown();
  const int layers = layersOf(experts), steps = stepsOf(experts);
  {
    const QSignalBlocker a(m_layer), b(m_step);
    if (layers > 0) m_layer->setRange(0, layers - 1);
    if (steps > 0) m_step->setRange(0, steps);
  }
  ExpertView view;
  view.experts = experts;
  view.quantity = ExpertQuantity(std::max(0, m_quantity->currentIndex()));
  view.layer = m_layer->value();
  view.step = m_step->value() - 1;
  m_grid->show(view, m_model->data());
  m_steps->show(view, m_model->data());
  m_layerLabel->setText(tr("Layer %1").arg(view.layer));
  m_stepLabel->setText(view.step < 0 ? tr("all positions") : tr("positions %1-%2").arg(view.step * 64).arg(view.step * 64 + 63));
  m_table->set(m_answer.get());
  for (size_t i = 0; i < kBalances.size(); ++i) m_balanceButtons[i]->setChecked(kBalances[i] == m_balance);
  showState();
}

void ExpertsPage::showState() {
  const bool busy = m_client->busy();
  m_progress->setBusy(busy);
  for (QPushButton* b : m_balanceButtons) b->setEnabled(method() != nullptr);
  m_use->setEnabled(method() && m_balance != m_own);
  if (busy)
    m_progress->say(m_answer ? tr("Replaying quality…") : tr("Preparing the prompt once for all edits…"));
  else if (m_answer)
    m_progress->say(tr("Before: balance %1, as it ran. After: balance %2. Replayed on this run's prompt, %3 answer positions, %4 ms.")
                        .arg(m_own, m_balance, QString::number(m_answer->positions), number(m_answer->ms, 0)));
  else if (!method())
    m_progress->say(tr("Run a comparison with eplb or eplb_duo to see its experts."));
}

void ExpertsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  show();
  if (m_stale) ask();
}

void ExpertsPage::retranslateUi() {
  {
    const QSignalBlocker quiet(m_quantity);
    for (int i = 0; i < m_quantity->count(); ++i) m_quantity->setItemText(i, ExpertGrid::quantityName(ExpertQuantity(i)));
  }
  m_methodLabel->setText(tr("Method"));
  m_method->setAccessibleName(tr("Routed method"));
  m_quantityLabel->setText(tr("Show"));
  m_quantity->setAccessibleName(tr("Quantity of the map"));
  m_quantity->setToolTip(tr("Drops, weight and bias are known for the whole prompt; load and share also for each step"));
  m_balanceLabel->setText(tr("Balance"));
  m_balanceButtons[0]->setText(tr("off"));
  m_balanceButtons[0]->setToolTip(tr("The trained gates alone"));
  m_balanceButtons[1]->setText(tr("upstream"));
  m_balanceButtons[1]->setToolTip(tr("Weights that follow the load, step by step"));
  m_balanceButtons[2]->setText(tr("integral"));
  m_balanceButtons[2]->setToolTip(tr("The calibrated bias of each expert"));
  for (QPushButton* b : m_balanceButtons) b->setAccessibleName(tr("Balance: %1").arg(b->text()));
  m_use->setText(tr("Use as method"));
  m_use->setToolTip(tr("Adds the method with this balance to the comparison"));
  m_use->setAccessibleName(m_use->text());
  m_layer->setAccessibleName(tr("Layer"));
  m_step->setAccessibleName(tr("Step of 64 positions, leftmost: all"));
  m_step->setToolTip(m_step->accessibleName());
  show();
}

void ExpertsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
