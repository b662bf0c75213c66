// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/ask_page.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "ui/charts/palette.h"
#include "ui/models/comparison_model.h"
#include "ui/run/ask_client.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/ask_lane.h"
#include "ui/widgets/replay_progress.h"

namespace presslab {
namespace {

constexpr int kListRows = 5, kPaintMs = 40, kMostNew = 1 << 16, kFirstNew = 64;
constexpr int kCheckedAtFirst = 3;  // side by side at the least width of a window

}  // namespace

AskPage::AskPage(RunController* controller, std::function<CompareSpec()> controls, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_controls(std::move(controls)),
      m_client(new AskClient(controller, this)),
      m_heading(new QLabel),
      m_prompt(new QLabel),
      m_methodsLabel(new QLabel),
      m_modeLabel(new QLabel),
      m_newLabel(new QLabel),
      m_hint(new QLabel),
      m_methods(new QListWidget),
      m_apart(new QRadioButton),
      m_conversation(new QRadioButton),
      m_newTokens(new QSpinBox),
      m_compress(new QPushButton),
      m_cancel(new QPushButton),
      m_ask(new QPushButton),
      m_progress(new ReplayProgress),
      m_copy(new QToolButton),
      m_laneBox(new QHBoxLayout),
      m_question(new QLineEdit),
      m_paint(new QTimer(this)) {
  arrange();
  connectAll();
  retranslateUi();
}

QFrame* AskPage::makeForm() {
  m_newTokens->setRange(1, kMostNew);
  m_newTokens->setValue(kFirstNew);
  m_newLabel->setBuddy(m_newTokens);
  m_apart->setChecked(true);
  m_heading->setFont(chartFont(9, true));
  for (QLabel* label : {m_prompt, m_hint}) {
    label->setProperty("muted", true);
    label->setWordWrap(true);
  }
  m_methods->setMaximumHeight(kListRows * (fontMetrics().height() + 4));
  m_copy->setProperty("framed", true);
  m_copy->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  auto* length = new QHBoxLayout;
  length->addWidget(m_newLabel);
  length->addWidget(m_newTokens, 1);
  auto* buttons = new QHBoxLayout;
  for (QPushButton* b : {m_compress, m_cancel}) buttons->addWidget(b);
  auto* card = new QFrame;
  card->setProperty("card", true);
  auto* box = new QVBoxLayout(card);
  box->setContentsMargins(8, 6, 8, 6);
  box->setSpacing(6);
  for (QWidget* w : std::initializer_list<QWidget*>{m_heading, m_prompt, m_methodsLabel, m_methods}) box->addWidget(w);
  box->addLayout(length);
  for (QWidget* w : std::initializer_list<QWidget*>{m_modeLabel, m_apart, m_conversation}) box->addWidget(w);
  box->addLayout(buttons);
  box->addWidget(m_progress);
  box->addStretch(1);
  box->addWidget(m_hint);
  box->addWidget(m_copy);
  card->setMinimumWidth(220);
  card->setMaximumWidth(280);
  return card;
}

void AskPage::arrange() {
  for (const auto& [widget, name] : std::initializer_list<std::pair<QWidget*, const char*>>{{m_methods, "askMethods"},
                                                                                            {m_apart, "askApart"},
                                                                                            {m_conversation, "askConversation"},
                                                                                            {m_newTokens, "askNewTokens"},
                                                                                            {m_compress, "askCompress"},
                                                                                            {m_cancel, "askCancel"},
                                                                                            {m_ask, "askSend"},
                                                                                            {m_question, "askQuestion"},
                                                                                            {m_copy, "askCopy"}})
    widget->setObjectName(QLatin1String(name));
  auto* inner = new QWidget;
  inner->setLayout(m_laneBox);
  m_laneBox->setContentsMargins(0, 0, 0, 0);
  m_laneBox->setSpacing(6);
  auto* area = new QScrollArea;
  area->setWidget(inner);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  auto* line = new QHBoxLayout;
  line->addWidget(m_question, 1);
  line->addWidget(m_ask);
  auto* right = new QVBoxLayout;
  right->setSpacing(6);
  right->addWidget(area, 1);
  right->addLayout(line);
  auto* whole = new QHBoxLayout(this);
  whole->setContentsMargins(0, 6, 8, 4);
  whole->setSpacing(8);
  whole->addWidget(makeForm());
  whole->addLayout(right, 1);
}

void AskPage::connectAll() {
  m_paint->setSingleShot(true);
  m_paint->setInterval(kPaintMs);
  connect(m_paint, &QTimer::timeout, this, [this] {
    for (AskLane* lane : m_lanes) lane->refresh();
  });
  connect(m_compress, &QPushButton::clicked, this, &AskPage::compress);
  connect(m_cancel, &QPushButton::clicked, m_client, &AskClient::cancel);
  connect(m_ask, &QPushButton::clicked, this, &AskPage::ask);
  connect(m_question, &QLineEdit::returnPressed, this, &AskPage::ask);
  connect(m_question, &QLineEdit::textChanged, this, &AskPage::updateState);
  connect(m_methods, &QListWidget::itemChanged, this, [this] {
    showLanes();
    updateState();
  });
  connect(m_copy, &QToolButton::clicked, this, [this] {
    QString text;
    for (const AskLane* lane : m_lanes) text += lane->markdown();
    QApplication::clipboard()->setText(text);
    Q_EMIT told(tr("Questions and answers are in the clipboard"));
  });
  connect(m_client, &AskClient::told, this, &AskPage::eventTold);
  connect(m_client, &AskClient::compressed, this, [this](const AskOutcome& o) { ended(o, true); });
  connect(m_client, &AskClient::answered, this, [this](const AskOutcome& o) { ended(o, false); });
  connect(m_controller, &RunController::stateChanged, this, &AskPage::othersMayHaveTaken);
  connect(m_controller, &RunController::longJobChanged, this, &AskPage::othersMayHaveTaken);
}

bool AskPage::busy() const { return m_client->busy(); }

void AskPage::controlsChanged() {
  std::set<QString> known, unchecked;
  for (int i = 0; i < m_methods->count(); ++i) {
    const QListWidgetItem* item = m_methods->item(i);
    const QString spec = item->data(Qt::UserRole).toString();
    known.insert(spec);
    if (item->checkState() == Qt::Unchecked) unchecked.insert(spec);
  }
  const QSignalBlocker quiet(m_methods);
  m_methods->clear();
  int checked = 0;
  for (const std::string& method : m_controls().methods) {
    const QString spec = QString::fromStdString(method);
    auto* item = new QListWidgetItem(methodLabel(spec), m_methods);
    item->setData(Qt::UserRole, spec);
    item->setToolTip(spec);
    const bool on = known.count(spec) ? !unchecked.count(spec) : checked < kCheckedAtFirst;
    item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    checked += on ? 1 : 0;
  }
  m_prompt->setText(promptText());
  showLanes();
  updateState();
}

// What was asked stays in sight until the context is compressed again.
void AskPage::showLanes() {
  if (!m_compressed && !busy() && !m_asked) makeLanes(spec().methods);
}

QString AskPage::promptText() const {
  const PromptSpec prompt = m_controls().prompt;
  if (prompt.text) return tr("Context: the document above, %1 bytes").arg(QLocale().toString(qlonglong(prompt.text->size())));
  return tr("Context: the synthetic prompt above, %1 tokens").arg(QLocale().toString(prompt.contextTokens.value_or(0)));
}

AskSpec AskPage::spec() const {
  const CompareSpec controls = m_controls();
  AskSpec s;
  s.model = controls.model;
  s.prompt = controls.prompt;
  s.newTokens = m_newTokens->value();
  for (int i = 0; i < m_methods->count(); ++i)
    if (m_methods->item(i)->checkState() == Qt::Checked) s.methods.push_back(m_methods->item(i)->data(Qt::UserRole).toString().toStdString());
  return s;
}

void AskPage::makeLanes(const std::vector<std::string>& methods) {
  const auto same = [](const AskLane* lane, const std::string& method) { return lane->method() == QString::fromStdString(method); };
  if (!m_asked && std::equal(m_lanes.begin(), m_lanes.end(), methods.begin(), methods.end(), same)) return;
  for (AskLane* lane : m_lanes) delete lane;
  m_lanes.clear();
  for (const std::string& method : methods) {
    m_lanes.push_back(new AskLane(int(m_lanes.size()), QString::fromStdString(method)));
    m_laneBox->addWidget(m_lanes.back(), 1);
  }
}

void AskPage::compress() {
  const AskSpec s = spec();
  if (!m_client->compress(s)) {
    m_progress->say(tr("The engine is busy"));
    return;
  }
  makeLanes(s.methods);
  m_compressed = m_conversed = m_asked = false;
  m_progress->setShare(0);
  m_progress->say(tr("Reading the context…"));
  updateState();
}

void AskPage::ask() {
  const QString question = m_question->text().trimmed();
  if (!m_ask->isEnabled() || question.isEmpty()) return;
  if (!m_client->ask(question, m_conversation->isChecked())) {
    m_progress->say(tr("The engine is busy"));
    return;
  }
  m_conversed = m_conversed || m_conversation->isChecked();
  m_asked = true;
  for (AskLane* lane : m_lanes) lane->begin(question);
  m_question->clear();
  m_progress->say(tr("Answering…"));
  m_paint->start();
  updateState();
}

void AskPage::eventTold(const AskEvent& e) {
  AskLane* lane = e.method >= 0 && size_t(e.method) < m_lanes.size() ? m_lanes[size_t(e.method)] : nullptr;
  switch (e.kind) {
    case AskEvent::Kind::Progress:
      m_progress->setShare(e.share);
      m_progress->say(lane ? tr("Reading the context: %1").arg(methodLabel(lane->method())) : QString::fromStdString(e.text));
      break;
    case AskEvent::Kind::Compressed:
      m_progress->setShare(e.share);
      if (lane) lane->setContext(*e.context);
      break;
    case AskEvent::Kind::Begun:
      if (lane) m_progress->say(tr("Answering: %1").arg(methodLabel(lane->method())));
      m_progress->setShare(double(e.method) / double(std::max<size_t>(m_lanes.size(), 1)));
      break;
    case AskEvent::Kind::Token:
      if (lane) lane->append(e.text);
      break;
    case AskEvent::Kind::Answered:
      if (lane) lane->finish(*e.answer);
      break;
  }
  if (!m_paint->isActive()) m_paint->start();
}

void AskPage::ended(const AskOutcome& o, bool ofContext) {
  if (ofContext) m_compressed = o.exitCode == 0;
  if (!ofContext && o.exitCode != 0) {  // nobody was asked
    AskAnswer refused;
    refused.error = o.error;
    for (AskLane* lane : m_lanes) lane->finish(refused);
  }
  m_progress->say(ofContext && o.cancelled ? tr("Stopped: nothing is kept. Compress again.")
                  : o.cancelled            ? tr("Stopped; what was answered stays")
                  : !o.error.empty()       ? QString::fromStdString(o.error)
                  : ofContext              ? tr("Compressed once. Every question is answered from what is held.")
                                           : tr("Answered"));
  m_paint->start();
  updateState();
  if (m_compressed && isVisible()) m_question->setFocus();
}

// A comparison, a grid, a report and another model need the memory: the engine lets the context go for them.
void AskPage::othersMayHaveTaken() {
  using State = RunController::State;
  const State state = m_controller->state();
  const bool taken = state == State::Running || state == State::Loading || (m_controller->longJob() && !busy());
  if (taken && m_compressed) {
    m_compressed = false;
    m_progress->say(tr("The compressed context was let go for another run or model. Compress it again to go on."));
  }
  updateState();
}

void AskPage::updateState() {
  const bool ready = m_controller->state() == RunController::State::Ready && !m_controller->longJob() && !busy();
  m_compress->setEnabled(ready && !spec().methods.empty());
  m_cancel->setEnabled(busy());
  m_ask->setEnabled(ready && m_compressed && !m_question->text().trimmed().isEmpty());
  m_question->setEnabled(m_compressed);
  m_progress->setBusy(busy());
  m_apart->setEnabled(!m_conversed);  // the context has turns behind it
  m_methods->setEnabled(!busy());
  m_copy->setEnabled(m_asked && !busy());
}

void AskPage::retranslateUi() {
  m_heading->setText(tr("One compressed context"));
  m_methodsLabel->setText(tr("Methods side by side"));
  m_methods->setAccessibleName(m_methodsLabel->text());
  m_newLabel->setText(tr("New tokens"));
  m_newTokens->setAccessibleName(tr("New tokens of an answer"));
  m_newTokens->setToolTip(tr("Of every answer, at most; the end of the text ends it. Taken when the context is compressed."));
  m_modeLabel->setText(tr("What is asked"));
  m_apart->setText(tr("Questions apart"));
  m_apart->setToolTip(tr("Each is answered from a copy of the compressed context, as if it were the only one"));
  m_conversation->setText(tr("A conversation"));
  m_conversation->setToolTip(tr("Each turn follows the answer before it; what a method does while decoding goes on"));
  m_compress->setText(tr("Compress"));
  m_compress->setToolTip(tr("Reads the context once for each method and keeps what the method holds"));
  m_cancel->setText(tr("Stop"));
  m_ask->setText(tr("Ask"));
  m_ask->setToolTip(tr("All methods in turn (Return)"));
  m_question->setPlaceholderText(tr("A question, or the next turn"));
  m_question->setAccessibleName(tr("Question on the compressed context"));
  m_copy->setText(tr("Copy as Markdown"));
  m_copy->setToolTip(tr("Questions, answers and figures of all methods"));
  m_hint->setText(tr("A comparison, a grid or another model lets the context go."));
  for (QAbstractButton* b : std::initializer_list<QAbstractButton*>{m_apart, m_conversation, m_compress, m_cancel, m_ask, m_copy})
    b->setAccessibleName(b->text());
  controlsChanged();
}

void AskPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  controlsChanged();
}

void AskPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
