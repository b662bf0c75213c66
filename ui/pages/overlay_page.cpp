// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overlay_page.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/models/overlay_model.h"
#include "ui/models/table_text.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

void styleTable(QTableView* t) {
  t->setEditTriggers(QAbstractItemView::NoEditTriggers);
  t->setSelectionBehavior(QAbstractItemView::SelectRows);
  t->setShowGrid(false);
  t->setAlternatingRowColors(true);
  t->setFrameShape(QFrame::NoFrame);
  t->setWordWrap(false);
  t->setTabKeyNavigation(false);
  t->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  t->verticalHeader()->hide();
  t->verticalHeader()->setDefaultSectionSize(24);
  t->horizontalHeader()->setHighlightSections(false);
  t->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  t->setFont(chartFont(8.5));
  t->horizontalHeader()->setFont(chartFont(8));
}

QFrame* card(std::initializer_list<QWidget*> head, QWidget* content) {
  auto* frame = new QFrame;
  frame->setProperty("card", true);
  auto* box = new QVBoxLayout(frame);
  box->setContentsMargins(8, 5, 6, 6);
  box->setSpacing(3);
  auto* row = new QHBoxLayout;
  bool first = true;
  for (QWidget* w : head) {
    row->addWidget(w, first ? 1 : 0);
    first = false;
  }
  box->addLayout(row);
  box->addWidget(content, 1);
  return frame;
}

}  // namespace

OverlayPage::OverlayPage(QWidget* parent)
    : QWidget(parent),
      m_data(std::make_unique<ChartData>()),
      m_charts{new QualityChart, new LatencyChart},
      m_model(new OverlayModel(this)),
      m_settings(new RunSettingsModel(this)),
      m_title(new QLabel),
      m_legend(new QLabel),
      m_pinLabel(new QLabel),
      m_againstLabel(new QLabel),
      m_obstacles(new QLabel),
      m_settingsTitle(new QLabel),
      m_back(new QPushButton),
      m_copy(new QPushButton),
      m_pinRun(new QComboBox),
      m_pinMethod(new QComboBox),
      m_onlyDifferent(new QCheckBox),
      m_table(new QTableView),
      m_settingsTable(new QTableView) {
  setFocusPolicy(Qt::StrongFocus);
  m_back->setObjectName(QStringLiteral("overlayBack"));
  m_copy->setObjectName(QStringLiteral("overlayCopy"));
  m_table->setObjectName(QStringLiteral("overlay"));
  m_settingsTable->setObjectName(QStringLiteral("overlaySettings"));
  m_pinRun->setObjectName(QStringLiteral("overlayPin"));
  m_pinMethod->setObjectName(QStringLiteral("overlayPinMethod"));
  m_obstacles->setObjectName(QStringLiteral("overlayObstacles"));
  m_onlyDifferent->setObjectName(QStringLiteral("overlayOnlyDifferent"));
  for (QLabel* label : {m_title, m_settingsTitle}) label->setFont(chartFont(9, true));
  for (QLabel* label : {m_obstacles, m_legend}) {
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  }
  m_legend->setProperty("muted", true);
  m_onlyDifferent->setChecked(true);
  m_pinLabel->setBuddy(m_pinRun);
  m_againstLabel->setBuddy(m_pinMethod);
  m_pinMethod->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_pinMethod->setMinimumContentsLength(18);
  auto* sorted = new QSortFilterProxyModel(this);
  sorted->setSourceModel(m_model);
  sorted->setSortRole(OverlayModel::kSortRole);
  m_table->setModel(sorted);
  m_table->setSortingEnabled(true);
  m_table->sortByColumn(OverlayModel::Run, Qt::AscendingOrder);
  m_settingsTable->setModel(m_settings);
  styleTable(m_table);
  styleTable(m_settingsTable);
  auto* top = new QHBoxLayout;
  top->setSpacing(6);
  top->addWidget(m_back);
  top->addWidget(m_title, 1);
  for (QWidget* w : std::initializer_list<QWidget*>{m_pinLabel, m_pinRun, m_againstLabel, m_pinMethod, m_copy}) top->addWidget(w);
  auto* tableCard = new QFrame;
  tableCard->setProperty("card", true);
  auto* tableBox = new QVBoxLayout(tableCard);
  tableBox->setContentsMargins(8, 6, 6, 6);
  tableBox->addLayout(top);
  tableBox->addWidget(m_legend);
  tableBox->addWidget(m_obstacles);
  tableBox->addWidget(m_table, 1);
  auto* lower = new QSplitter;
  lower->addWidget(card({m_settingsTitle, m_onlyDifferent}, m_settingsTable));
  for (ChartView* chart : m_charts) {
    chart->titleChanged();
    lower->addWidget(chart);
    connect(chart, &ChartView::exportWanted, this, &OverlayPage::exportWanted);
  }
  lower->setSizes({400, 320, 320});
  auto* rows = new QSplitter(Qt::Vertical);
  rows->addWidget(tableCard);
  rows->addWidget(lower);
  rows->setSizes({330, 300});
  for (QSplitter* s : {lower, rows}) {
    s->setHandleWidth(6);
    s->setChildrenCollapsible(false);
  }
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 0, 0, 0);
  box->addWidget(rows);
  auto* escape = new QAction(this);
  escape->setShortcut(QKeySequence(Qt::ALT | Qt::Key_Left));
  escape->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  addAction(escape);
  connect(escape, &QAction::triggered, this, &OverlayPage::backWanted);
  connect(m_back, &QPushButton::clicked, this, &OverlayPage::backWanted);
  const auto copy = [this] {
    const QTableView* table = m_settingsTable->hasFocus() ? m_settingsTable : m_table;
    QApplication::clipboard()->setText(tsvOf(*table->model()));
    Q_EMIT told(tr("The table is in the clipboard"));
  };
  connect(m_copy, &QPushButton::clicked, this, copy);
  for (QTableView* table : {m_table, m_settingsTable}) {
    auto* action = new QAction(table);
    action->setShortcut(QKeySequence::Copy);
    action->setShortcutContext(Qt::WidgetShortcut);
    table->addAction(action);
    connect(action, &QAction::triggered, this, copy);
  }
  connect(m_pinRun, &QComboBox::activated, this, [this](int run) { setPin({size_t(run), Pin::kSameMethod}); });
  connect(m_pinMethod, &QComboBox::activated, this, [this](int method) { setPin({m_pin.run, method - 1}); });
  connect(m_onlyDifferent, &QCheckBox::toggled, this, [this](bool on) { m_settings->set(m_overlay.settings, int(m_runs.size()), on); });
  connect(m_table, &QTableView::doubleClicked, this,
          [this, sorted](const QModelIndex& index) { Q_EMIT openWanted(text(m_runs[m_model->row(sorted->mapToSource(index).row()).run]->id)); });
  retranslateUi();
}

OverlayPage::~OverlayPage() = default;

void OverlayPage::setRuns(const RunList& runs, const std::vector<StoredRun>& labels) {
  m_runs = runs;
  m_labels = labels;
  m_pin = {};
  compute();
  m_table->resizeColumnsToContents();
  m_table->setColumnWidth(OverlayModel::Method, std::min(m_table->columnWidth(OverlayModel::Method), 230));
  m_settingsTable->resizeColumnsToContents();
  for (int c = 1; c < m_settings->columnCount(); ++c) m_settingsTable->setColumnWidth(c, std::min(m_settingsTable->columnWidth(c), 160));
}

void OverlayPage::setPin(Pin pin) {
  m_pin = pin;
  compute();
}

void OverlayPage::compute() {
  m_overlay = overlayOf(m_runs, m_pin);
  m_model->set(m_runs, m_overlay, m_pin);
  m_settings->set(m_overlay.settings, int(m_runs.size()), m_onlyDifferent->isChecked());
  drawCharts();
  retranslateUi();
}

void OverlayPage::drawCharts() {
  ChartData data;
  data.newTokens = 0;
  for (const OverlayRow& row : m_overlay.rows) {
    const auto& run = m_runs[row.run];
    Lane lane;
    lane.result = std::shared_ptr<const MethodMetrics>(run, &run->methods[row.method]);
    const MethodMetrics& m = *lane.result;
    const QString letter = runLetter(row.run) + QLatin1Char(' ');
    lane.method = letter + text(m.method);
    lane.label = letter + methodLabel(text(m.method));
    lane.started = lane.finished = true;
    lane.kvBytes = m.kvBytes;
    lane.kvBytesFull = m.kvBytesFull;
    lane.boundMs = m.boundMs;
    lane.ids = m.ids;
    if (!m.decodeMs.empty()) {  // the first token has no time of its own
      lane.tokenMs.assign(1, 0.0);
      lane.tokenMs.insert(lane.tokenMs.end(), m.decodeMs.begin(), m.decodeMs.end());
    }
    data.newTokens = std::max(data.newTokens, int(m.newTokens));
    data.lanes.push_back(std::move(lane));
  }
  if (!m_runs.empty()) data.comparison = m_runs[std::min(m_pin.run, m_runs.size() - 1)];
  QStringList ids;
  for (const auto& run : m_runs) ids << text(run->id);
  data.provenance = QStringLiteral("PressLab · ") + ids.join(QStringLiteral(" · "));
  data.prefillRev = data.tokenRev = data.resultRev = m_data->resultRev + 1;
  *m_data = std::move(data);
  for (ChartView* chart : m_charts) chart->refresh(*m_data);
}

QString OverlayPage::runTitle(size_t run) const {
  const QString name = run < m_labels.size() ? text(m_labels[run].name) : QString();
  return runLetter(run) + QStringLiteral(": ") + (name.isEmpty() ? text(m_runs[run]->id) : name);
}

QString OverlayPage::obstacleText() const {
  QStringList lines;
  for (size_t r = 0; r < m_overlay.obstacles.size(); ++r) {
    const Obstacles& o = m_overlay.obstacles[r];
    const auto because = [&](const std::vector<std::string>& keys) {
      QStringList names;
      for (const std::string& key : keys) {
        const auto at = std::find_if(m_overlay.settings.begin(), m_overlay.settings.end(), [&](const RunSetting& s) { return s.key == key; });
        const QString mine = text(at->values[r]), theirs = text(at->values[m_pin.run]);
        const bool brief = mine.size() < 12 && theirs.size() < 12;
        names << settingLabel(key) + (brief ? QStringLiteral(" %1 / %2").arg(mine, theirs) : QString());
      }
      return names.join(QStringLiteral(", "));
    };
    QStringList parts;
    if (!o.memory.empty()) parts << tr("bytes (%1)").arg(because(o.memory));
    if (!o.time.empty()) parts << tr("times (%1)").arg(because(o.time));
    if (!o.quality.empty()) parts << tr("quality (%1)").arg(because(o.quality));
    if (!parts.isEmpty())
      lines << QStringLiteral("⚠ ") +
                   tr("%1 cannot be compared with %2 in %3").arg(runLetter(r), runLetter(m_pin.run), parts.join(QStringLiteral(" · ")));
  }
  if (lines.isEmpty() && m_runs.size() > 1) return tr("All figures of these runs can be compared: same model, prompt, lengths and machine settings.");
  return lines.join(QLatin1Char('\n'));
}

void OverlayPage::fillPins() {
  const QSignalBlocker quietRun(m_pinRun), quietMethod(m_pinMethod);
  m_pinRun->clear();
  for (size_t r = 0; r < m_runs.size(); ++r) m_pinRun->addItem(runTitle(r));
  m_pinRun->setCurrentIndex(int(m_pin.run));
  m_pinMethod->clear();
  m_pinMethod->addItem(tr("the same method"));
  if (m_pin.run < m_runs.size())
    for (const MethodMetrics& m : m_runs[m_pin.run]->methods) m_pinMethod->addItem(text(m.method));
  m_pinMethod->setCurrentIndex(m_pin.method + 1);
}

void OverlayPage::setDark(bool dark) {
  m_model->setDark(dark);
  for (ChartView* chart : m_charts) chart->setDark(dark);
}

void OverlayPage::retranslateUi() {
  m_back->setText(tr("← History"));
  m_back->setAccessibleName(tr("Back to the history"));
  m_back->setToolTip(tr("Back to the history (Alt+Left)"));
  m_title->setText(tr("%1 runs laid over each other").arg(m_runs.size()));
  QStringList titles;
  for (size_t r = 0; r < m_runs.size(); ++r) titles << runTitle(r);
  m_legend->setText(titles.join(QStringLiteral("   ")));
  m_pinLabel->setText(tr("Pinned:"));
  m_againstLabel->setText(tr("against"));
  m_pinRun->setAccessibleName(tr("Run that the others are held against"));
  m_pinMethod->setAccessibleName(tr("Method that the others are held against"));
  m_copy->setText(tr("Copy table"));
  m_copy->setAccessibleName(tr("Copy the table for a spreadsheet"));
  m_settingsTitle->setText(tr("Settings"));
  m_onlyDifferent->setText(tr("Only differences"));
  m_onlyDifferent->setAccessibleName(tr("Only settings that differ"));
  m_table->setAccessibleName(tr("Methods of the runs"));
  m_settingsTable->setAccessibleName(tr("Settings of the runs"));
  m_obstacles->setText(obstacleText());
  fillPins();
  m_model->retranslate();
}

void OverlayPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    drawCharts();
    retranslateUi();
  }
  QWidget::changeEvent(event);
}

}  // namespace presslab
