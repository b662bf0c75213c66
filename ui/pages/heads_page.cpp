// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/heads_page.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QToolButton>
#include <QUndoCommand>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"
#include "ui/run/what_if_client.h"
#include "ui/widgets/delta_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/replay_progress.h"

namespace presslab {
namespace {

constexpr int kSliderMerge = 1;

class FlipCommand : public QUndoCommand {
 public:
  FlipCommand(HeadsPage* page, HeadsPage::Flips before, HeadsPage::Flips after, const QString& text, int merge)
      : QUndoCommand(text), m_page(page), m_before(std::move(before)), m_after(std::move(after)), m_merge(merge) {}
  void undo() override { m_page->apply(m_before); }
  void redo() override { m_page->apply(m_after); }
  int id() const override { return m_merge; }
  bool mergeWith(const QUndoCommand* other) override {
    m_after = static_cast<const FlipCommand*>(other)->m_after;
    return true;
  }

 private:
  HeadsPage* m_page;
  HeadsPage::Flips m_before, m_after;
  int m_merge;
};

}  // namespace

HeadsPage::HeadsPage(RunController* controller, ComparisonModel* model, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_model(model),
      m_client(new WhatIfClient(controller, this)),
      m_map(new HeadEditor),
      m_table(new DeltaTable),
      m_method(new QComboBox),
      m_methodLabel(new QLabel),
      m_card(new QLabel),
      m_thresholdLabel(new ElidedLabel),
      m_hint(new QLabel),
      m_threshold(new QSlider(Qt::Horizontal)),
      m_whole(new QCheckBox),
      m_undoButton(new QToolButton),
      m_redoButton(new QToolButton),
      m_resetButton(new QToolButton),
      m_layerButton(new QToolButton),
      m_loadButton(new QToolButton),
      m_saveButton(new QToolButton),
      m_compareButton(new QToolButton),
      m_useButton(new QToolButton),
      m_progress(new ReplayProgress),
      m_undoAction(new QAction(this)),
      m_redoAction(new QAction(this)) {
  m_method->setObjectName(QStringLiteral("headsMethod"));
  m_threshold->setObjectName(QStringLiteral("headsThreshold"));
  m_whole->setObjectName(QStringLiteral("headsWhole"));
  m_progress->status()->setObjectName(QStringLiteral("headsStatus"));
  m_card->setObjectName(QStringLiteral("headsCard"));
  m_resetButton->setObjectName(QStringLiteral("headsReset"));
  m_useButton->setObjectName(QStringLiteral("headsUse"));
  m_layerButton->setObjectName(QStringLiteral("headsLayer"));
  arrange();
  connectAll();
  retranslateUi();
}

bool HeadsPage::busy() const { return m_client->busy(); }

void HeadsPage::arrange() {
  auto* top = new QHBoxLayout;
  top->setSpacing(6);
  m_methodLabel->setBuddy(m_method);
  m_method->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_method->setMinimumContentsLength(14);
  m_method->setMaximumWidth(460);
  top->addWidget(m_methodLabel);
  top->addWidget(m_method, 1);
  for (QToolButton* b : {m_undoButton, m_redoButton, m_resetButton, m_layerButton, m_loadButton, m_saveButton, m_compareButton, m_useButton}) {
    b->setProperty("framed", true);
    b->setToolButtonStyle(Qt::ToolButtonTextOnly);
    top->addWidget(b);
  }
  auto* sliderRow = new QHBoxLayout;
  sliderRow->addWidget(m_thresholdLabel, 1);
  sliderRow->addWidget(m_threshold, 1);
  sliderRow->addWidget(m_whole);
  m_thresholdLabel->setBuddy(m_threshold);
  auto* cardFrame = new QFrame;
  cardFrame->setProperty("card", true);
  auto* cardBox = new QVBoxLayout(cardFrame);
  m_card->setTextFormat(Qt::RichText);
  m_card->setWordWrap(true);
  m_card->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  cardBox->addWidget(m_card);
  cardBox->addStretch(1);
  m_hint->setWordWrap(true);
  m_hint->setProperty("muted", true);
  m_hint->setFont(chartFont(8));
  cardBox->addWidget(m_hint);
  auto* tableFrame = new QFrame;
  tableFrame->setProperty("card", true);
  auto* tableBox = new QVBoxLayout(tableFrame);
  tableBox->setContentsMargins(8, 6, 8, 6);
  tableBox->addWidget(m_table, 1);
  tableBox->addWidget(m_progress);
  auto* lower = new QSplitter;
  lower->addWidget(cardFrame);
  lower->addWidget(tableFrame);
  lower->setSizes({380, 640});
  auto* rows = new QSplitter(Qt::Vertical);
  rows->addWidget(m_map);
  rows->addWidget(lower);
  rows->setSizes({330, 290});
  for (QSplitter* s : {lower, rows}) {
    s->setHandleWidth(6);
    s->setChildrenCollapsible(false);
  }
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->setSpacing(6);
  box->addLayout(top);
  box->addWidget(rows, 1);
  box->addLayout(sliderRow);
}

void HeadsPage::connectAll() {
  connect(m_map, &HeadEditor::flipWanted, this, &HeadsPage::flip);
  connect(m_map, &HeadEditor::layerFlipWanted, this, &HeadsPage::flipLayer);
  connect(m_map, &HeadEditor::openWanted, this, [this](int layer, int head) {
    if (m_lane >= 0) Q_EMIT tokensWanted(m_lane, layer, head);
  });
  connect(m_map, &HeadEditor::cursorChanged, this, &HeadsPage::showCard);
  connect(m_method, &QComboBox::currentIndexChanged, this, &HeadsPage::methodChosen);
  connect(m_threshold, &QSlider::valueChanged, this, &HeadsPage::streamLowest);
  connect(m_whole, &QCheckBox::toggled, this, &HeadsPage::ask);
  // The standard keys, while this page has the focus.
  m_undoAction->setShortcut(QKeySequence::Undo);
  m_redoAction->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z));
  for (QAction* a : {m_undoAction, m_redoAction}) {
    a->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(a);
  }
  connect(m_undoAction, &QAction::triggered, &m_undo, &QUndoStack::undo);
  connect(m_redoAction, &QAction::triggered, &m_undo, &QUndoStack::redo);
  connect(m_undoButton, &QToolButton::clicked, &m_undo, &QUndoStack::undo);
  connect(m_redoButton, &QToolButton::clicked, &m_undo, &QUndoStack::redo);
  connect(&m_undo, &QUndoStack::canUndoChanged, m_undoButton, &QToolButton::setEnabled);
  connect(&m_undo, &QUndoStack::canRedoChanged, m_redoButton, &QToolButton::setEnabled);
  m_undoButton->setEnabled(false);
  m_redoButton->setEnabled(false);
  connect(m_resetButton, &QToolButton::clicked, this, &HeadsPage::reset);
  connect(m_layerButton, &QToolButton::clicked, this, [this] { flipLayer(m_map->cursor().layer); });
  const QString filter = QStringLiteral("TSV (*.tsv *.txt);;* (*)");
  connect(m_loadButton, &QToolButton::clicked, this, [this, filter] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Load a head pattern"), {}, filter);
    if (!path.isEmpty()) loadPattern(path);
  });
  connect(m_saveButton, &QToolButton::clicked, this, [this, filter] {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the head pattern"), QStringLiteral("full_attention_heads.tsv"), filter);
    if (!path.isEmpty()) savePattern(path);
  });
  connect(m_compareButton, &QToolButton::clicked, this, [this, filter] {
    if (!m_second.empty()) {
      m_second.clear();
      return show();
    }
    const QString path = QFileDialog::getOpenFileName(this, tr("Compare with a head pattern"), {}, filter);
    if (!path.isEmpty()) comparePattern(path);
  });
  connect(m_useButton, &QToolButton::clicked, this, &HeadsPage::useAsMethod);
  connect(m_client, &WhatIfClient::progressed, this, [this](double share) {
    m_progress->setShare(share);
    showState();
  });
  connect(m_client, &WhatIfClient::answered, this, [this](const std::shared_ptr<const WhatIfAnswer>& answer) {
    if (answer->cancelled) return;
    if (!answer->error.empty()) {
      m_answer.reset();
      m_progress->say(QString::fromStdString(answer->error));
      m_table->set(nullptr);
      return;
    }
    m_answer = answer;
    if (m_scores.empty() && !answer->scores.empty()) {
      m_scores = answer->scores;
      m_scoreSource = answer->scoreSource == "calibration" ? tr("calibration") : tr("pattern file");
    }
    show();
  });
  connect(m_controller, &RunController::stateChanged, this, [this] {
    setEnabled(m_controller->state() != RunController::State::Running && m_controller->state() != RunController::State::Cancelling);
    if (isVisible() && m_stale) ask();
  });
}

void HeadsPage::setJob(const ReplayJob& job) {
  m_client->cancel();
  m_job = job;
  const QString before = m_method->currentText();
  {
    const QSignalBlocker quiet(m_method);
    m_method->clear();
    int chosen = -1;
    for (size_t i = 0; m_job.run && i < m_job.run->methods.size(); ++i) {
      const MethodMetrics& m = m_job.run->methods[i];
      if (m.failed || m.heads.empty()) continue;
      m_method->addItem(QString::fromStdString(m.method), int(i));
      if (m_method->itemText(m_method->count() - 1) == before) chosen = m_method->count() - 1;
      if (chosen < 0 && m.method != "none") chosen = m_method->count() - 1;
    }
    m_method->setCurrentIndex(m_method->count() > 0 ? std::max(0, chosen) : -1);
  }
  methodChosen();
}

const MethodMetrics* HeadsPage::method() const {
  if (!m_job.run || m_lane < 0 || size_t(m_lane) >= m_job.run->methods.size()) return nullptr;
  return &m_job.run->methods[size_t(m_lane)];
}

void HeadsPage::methodChosen() {
  m_client->cancel();
  m_lane = m_method->currentIndex() >= 0 ? m_method->currentData().toInt() : -1;
  m_answer.reset();
  m_flips.clear();
  m_undo.clear();
  m_scores.clear();
  m_scoreSource.clear();
  m_second.clear();
  m_own.clear();
  m_layers = m_kvHeads = 0;
  if (const MethodMetrics* m = method()) {
    for (const HeadMetrics& h : m->heads) {
      m_layers = std::max(m_layers, h.layer + 1);
      m_kvHeads = std::max(m_kvHeads, h.head + 1);
    }
    m_own.resize(size_t(m_layers) * size_t(m_kvHeads));
    for (const HeadMetrics& h : m->heads) m_own[size_t(h.layer * m_kvHeads + h.head)] = h;
  }
  {
    const QSignalBlocker quiet(m_whole);
    m_whole->setChecked(false);
  }
  m_stale = true;
  show();
  if (isVisible()) ask();
}

void HeadsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  show();
  if (m_stale) ask();
}

bool HeadsPage::streams(int layer, int head) const {
  const auto i = size_t(layer * m_kvHeads + head);
  return i < m_own.size() && (ownStreams(m_own[i]) != m_flips.contains({layer, head}));
}

void HeadsPage::push(const Flips& flips, const QString& text, int merge) {
  if (m_own.empty() || flips == m_flips) return;
  m_undo.push(new FlipCommand(this, m_flips, flips, text, merge));
}

void HeadsPage::apply(const Flips& flips) {
  m_flips = flips;
  show();
  ask();
}

void HeadsPage::flip(int layer, int head) {
  Flips next = m_flips;
  if (!next.erase({layer, head})) next.insert({layer, head});
  push(next, tr("flip layer %1, head %2").arg(layer).arg(head));
}

void HeadsPage::flipLayer(int layer) {
  Flips next = m_flips;
  for (int h = 0; h < m_kvHeads; ++h)
    if (!next.erase({layer, h})) next.insert({layer, h});
  push(next, tr("flip layer %1").arg(layer));
}

void HeadsPage::streamLowest(int count) {
  if (m_scores.size() != m_own.size() || m_own.empty()) return;
  std::vector<int> order(m_own.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](int a, int b) { return m_scores[size_t(a)] < m_scores[size_t(b)]; });
  Flips next;
  for (size_t place = 0; place < order.size(); ++place) {
    const HeadMetrics& own = m_own[size_t(order[place])];
    if (ownStreams(own) != (int(place) < count)) next.insert({own.layer, own.head});
  }
  push(next, tr("threshold"), kSliderMerge);
}

void HeadsPage::reset() { push({}, tr("reset")); }

void HeadsPage::ask() {
  const MethodMetrics* m = method();
  if (!m || !isVisible()) return;
  WhatIfRequest q;
  q.base = m->method;
  for (const auto& [layer, head] : m_flips) q.flips.push_back({layer, head});
  q.wholeHeads = m_whole->isChecked();
  q.contextIds = m_job.run->contextIds;
  q.modelPath = m_job.run->stamp.modelPath;
  m_asked = m_flips;
  m_stale = !m_client->ask(m_job.spec, q);
  m_progress->setShare(0);
  showState();
}

void HeadsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
