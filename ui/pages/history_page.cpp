// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/history_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "ui/charts/palette.h"
#include "ui/models/history_client.h"
#include "ui/models/history_model.h"
#include "ui/models/table_text.h"
#include "ui/pages/history_panel.h"
#include "ui/pages/overlay_page.h"

namespace presslab {
namespace {

constexpr int kWatchMs = 2000;     // what another program adds is seen so soon
constexpr int kMostOverlaid = 16;  // documents of some megabytes each

void styleTable(QTableView* t) {
  t->setEditTriggers(QAbstractItemView::NoEditTriggers);
  t->setSelectionBehavior(QAbstractItemView::SelectRows);
  t->setSelectionMode(QAbstractItemView::ExtendedSelection);
  t->setShowGrid(false);
  t->setAlternatingRowColors(true);
  t->setFrameShape(QFrame::NoFrame);
  t->setWordWrap(false);
  t->setTabKeyNavigation(false);
  t->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  t->verticalHeader()->hide();
  t->verticalHeader()->setDefaultSectionSize(24);
  t->horizontalHeader()->setHighlightSections(false);
  t->setFont(chartFont(8.5));
  t->horizontalHeader()->setFont(chartFont(8));
}

}  // namespace

HistoryPage::HistoryPage(QWidget* parent)
    : QWidget(parent),
      m_client(new HistoryClient(this)),
      m_model(new HistoryModel(this)),
      m_sorted(new HistoryFilter(this)),
      m_panel(new HistoryPanel),
      m_overlay(new OverlayPage),
      m_pages(new QStackedWidget),
      m_title(new QLabel),
      m_count(new QLabel),
      m_empty(new QLabel),
      m_undoText(new QLabel),
      m_filter(new QLineEdit),
      m_tag(new QComboBox),
      m_open(new QPushButton),
      m_compare(new QPushButton),
      m_import(new QPushButton),
      m_export(new QPushButton),
      m_delete(new QPushButton),
      m_undo(new QPushButton),
      m_table(new QTableView),
      m_undoBar(new QFrame),
      m_watch(new QTimer(this)) {
  m_title->setFont(chartFont(9, true));
  for (QLabel* label : {m_count, m_empty}) label->setProperty("muted", true);
  m_empty->setWordWrap(true);
  m_empty->setContentsMargins(0, 8, 0, 0);
  m_filter->setObjectName(QStringLiteral("historyFilter"));
  m_filter->setClearButtonEnabled(true);
  m_tag->setObjectName(QStringLiteral("historyTag"));
  m_tag->setMinimumContentsLength(8);
  m_table->setObjectName(QStringLiteral("history"));
  m_compare->setObjectName(QStringLiteral("historyCompare"));
  m_undo->setObjectName(QStringLiteral("historyUndo"));
  m_undoBar->setObjectName(QStringLiteral("historyUndoBar"));
  m_sorted->setSourceModel(m_model);
  m_sorted->setSortRole(HistoryModel::kSortRole);
  m_table->setModel(m_sorted);
  styleTable(m_table);
  m_table->setSortingEnabled(true);
  m_table->sortByColumn(HistoryModel::Time, Qt::DescendingOrder);
  m_table->horizontalHeader()->setStretchLastSection(true);
  auto* list = new QWidget;
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  row->addWidget(m_title);
  row->addWidget(m_count);
  row->addWidget(m_filter, 1);
  for (QWidget* w : std::initializer_list<QWidget*>{m_tag, m_open, m_compare, m_import, m_export, m_delete}) row->addWidget(w);
  auto* undo = new QHBoxLayout(m_undoBar);
  undo->setContentsMargins(8, 4, 4, 4);
  undo->addWidget(m_undoText, 1);
  undo->addWidget(m_undo);
  m_undoBar->setProperty("card", true);
  m_undoBar->hide();
  auto* card = new QFrame;
  card->setProperty("card", true);
  auto* inner = new QVBoxLayout(card);
  inner->setContentsMargins(8, 6, 6, 6);
  inner->addLayout(row);
  inner->addWidget(m_empty);
  inner->addWidget(m_table, 1);
  inner->addWidget(m_undoBar);
  auto* split = new QSplitter(Qt::Vertical);
  split->setHandleWidth(6);
  split->setChildrenCollapsible(false);
  split->addWidget(card);
  split->addWidget(m_panel);
  split->setSizes({480, 140});
  split->setStretchFactor(0, 1);
  auto* listBox = new QVBoxLayout(list);
  listBox->setContentsMargins(0, 0, 0, 0);
  listBox->addWidget(split);
  m_pages->addWidget(list);
  m_pages->addWidget(m_overlay);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->addWidget(m_pages, 1);
  makeActions();
  connect(m_filter, &QLineEdit::textChanged, this, &HistoryPage::filter);
  connect(m_tag, &QComboBox::currentIndexChanged, this, &HistoryPage::filter);
  connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &HistoryPage::chosenChanged);
  connect(m_panel, &HistoryPanel::edited, m_client, &HistoryClient::setLabels);
  connect(m_client, &HistoryClient::listed, this, &HistoryPage::setRuns);
  connect(m_client, &HistoryClient::loaded, this, [this](const RunList& runs) {
    std::vector<StoredRun> labels;
    for (const auto& run : runs) {
      const int at = m_model->rowOf(run->id);
      labels.push_back(at >= 0 ? m_model->run(at) : StoredRun());
    }
    m_overlay->setRuns(runs, labels);
    m_pages->setCurrentWidget(m_overlay);
    m_overlay->setFocus();
  });
  connect(m_client, &HistoryClient::imported, this, [this](const ImportReport& report) {
    Q_EMIT told(
        tr("Imported: %1 added, %2 were there already, %3 could not be read").arg(report.added).arg(report.skipped).arg(report.refused.size()));
    if (!report.refused.empty()) Q_EMIT failed(QString::fromStdString(report.refused.front()));
  });
  connect(m_client, &HistoryClient::exported, this,
          [this](const QString& file, int runs) { Q_EMIT told(tr("%1 runs written to %2").arg(runs).arg(file)); });
  connect(m_client, &HistoryClient::notKept, this, &HistoryPage::told);
  connect(m_client, &HistoryClient::failed, this, &HistoryPage::failed);
  connect(m_overlay, &OverlayPage::backWanted, this, [this] {
    m_pages->setCurrentIndex(0);
    m_table->setFocus();
  });
  connect(m_overlay, &OverlayPage::openWanted, this, &HistoryPage::openWanted);
  connect(m_overlay, &OverlayPage::exportWanted, this, &HistoryPage::exportWanted);
  connect(m_overlay, &OverlayPage::told, this, &HistoryPage::told);
  m_watch->setInterval(kWatchMs);
  connect(m_watch, &QTimer::timeout, this, [this] {
    if (isVisible()) m_client->listIfChanged();
  });
  m_watch->start();
  retranslateUi();
  chosenChanged();
}

HistoryPage::~HistoryPage() { m_panel->commit(); }

void HistoryPage::makeActions() {
  const auto action = [this](const QKeySequence& keys, QWidget* owner, auto&& slot) {
    auto* a = new QAction(owner);
    a->setShortcut(keys);
    a->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(a, &QAction::triggered, this, slot);
    owner->addAction(a);
    return a;
  };
  m_find = action(QKeySequence::Find, this, [this] { m_filter->setFocus(); });
  m_copy = action(QKeySequence::Copy, m_table, [this] { copyChosen(); });
  m_remove = action(QKeySequence::Delete, m_table, [this] { removeChosen(); });
  m_undoAction = action(QKeySequence::Undo, m_table, [this] { undoRemove(); });
  m_enter = action(QKeySequence(Qt::Key_Return), m_table, [this] { openCurrent(); });
  connect(m_table, &QTableView::doubleClicked, this, &HistoryPage::openCurrent);
  connect(m_open, &QPushButton::clicked, this, &HistoryPage::openCurrent);
  connect(m_compare, &QPushButton::clicked, this, &HistoryPage::compareChosen);
  connect(m_delete, &QPushButton::clicked, this, &HistoryPage::removeChosen);
  connect(m_undo, &QPushButton::clicked, this, &HistoryPage::undoRemove);
  connect(m_import, &QPushButton::clicked, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Import runs"), {}, tr("Runs (*.presslab *.db run.json);;All files (*)"));
    if (!path.isEmpty()) importFile(path);
  });
  connect(m_export, &QPushButton::clicked, this, [this] {
    QString path = QFileDialog::getSaveFileName(this, tr("Export runs"), QStringLiteral("runs.presslab"), tr("Runs (*.presslab)"));
    if (path.isEmpty()) return;
    if (!path.endsWith(QLatin1String(".presslab"))) path += QLatin1String(".presslab");
    exportFile(path);
  });
}

void HistoryPage::keep(std::shared_ptr<const Comparison> run) { m_client->keep(std::move(run)); }
void HistoryPage::reload() { m_client->list(); }
void HistoryPage::importFile(const QString& path) { m_client->importFrom(path); }

void HistoryPage::exportFile(const QString& path) {
  std::vector<std::string> ids = chosen();
  if (ids.empty()) ids = shownRuns();
  if (!ids.empty()) m_client->exportTo(path, ids);
}

std::vector<std::string> HistoryPage::chosen() const {
  std::vector<std::string> ids;
  std::vector<int> rows;
  for (const QModelIndex& index : m_table->selectionModel()->selectedRows()) rows.push_back(index.row());
  std::sort(rows.begin(), rows.end());  // as they stand, not as they were clicked
  for (const int row : rows) ids.push_back(m_model->run(m_sorted->mapToSource(m_sorted->index(row, 0)).row()).id);
  return ids;
}

std::vector<std::string> HistoryPage::shownRuns() const {
  std::vector<std::string> ids;
  for (int row = 0; row < m_sorted->rowCount(); ++row) ids.push_back(m_model->run(m_sorted->mapToSource(m_sorted->index(row, 0)).row()).id);
  return ids;
}

void HistoryPage::setRuns(const std::vector<StoredRun>& runs) {
  const std::vector<std::string> before = chosen();
  const int scrolled = m_table->verticalScrollBar()->value();
  m_listed = true;
  m_model->set(runs);
  fillTags(runs);
  if (!m_sized && !runs.empty()) {
    m_sized = true;
    m_table->resizeColumnsToContents();
    for (int c = 0; c < m_model->columnCount(); ++c)
      m_table->setColumnWidth(c, std::min(m_table->columnWidth(c), c == HistoryModel::Model ? 110 : 160));
  }
  QItemSelection selection;
  for (const std::string& id : before) {
    const int row = m_model->rowOf(id);
    const QModelIndex index = row < 0 ? QModelIndex() : m_sorted->mapFromSource(m_model->index(row, 0));
    if (!index.isValid()) continue;
    if (selection.isEmpty()) m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    selection.select(index, index);
  }
  m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  m_table->verticalScrollBar()->setValue(scrolled);
  chosenChanged();
}

void HistoryPage::fillTags(const std::vector<StoredRun>& runs) {
  std::set<std::string> tags;
  for (const StoredRun& run : runs) tags.insert(run.tags.begin(), run.tags.end());
  const QString wanted = m_tag->currentData().toString();
  const QSignalBlocker quiet(m_tag);
  m_tag->clear();
  m_tag->addItem(tr("All tags"), QString());
  for (const std::string& tag : tags) m_tag->addItem(QString::fromStdString(tag), QString::fromStdString(tag));
  m_tag->setCurrentIndex(std::max(0, m_tag->findData(wanted)));
  filter();
}

void HistoryPage::filter() {
  RunQuery query;
  query.words = m_filter->text().toStdString();
  const std::string tag = m_tag->currentData().toString().toStdString();
  if (!tag.empty()) query.tags.push_back(tag);
  m_sorted->setQuery(query);
  const int all = m_model->rowCount(), shown = m_sorted->rowCount();
  m_empty->setVisible(m_listed && shown == 0);
  m_empty->setText(all == 0 ? tr("No run is kept yet. Every comparison that ends is added here, from the window and from the command line.")
                            : tr("No kept run matches the search."));
  m_count->setText(shown == all ? QString::number(all) : tr("%1 of %2").arg(shown).arg(all));
}

void HistoryPage::chosenChanged() {
  const std::vector<std::string> ids = chosen();
  const int row = ids.size() == 1 ? m_model->rowOf(ids.front()) : -1;
  m_panel->setRun(row < 0 ? nullptr : &m_model->run(row));
  m_open->setEnabled(ids.size() == 1);
  m_delete->setEnabled(!ids.empty());
  m_compare->setEnabled(ids.size() >= 2 && ids.size() <= size_t(kMostOverlaid));
  m_compare->setToolTip(ids.size() > size_t(kMostOverlaid) ? tr("At most %1 runs at a time").arg(kMostOverlaid)
                                                           : tr("Lays the chosen runs over each other; choose two or more with Ctrl or Shift"));
  m_export->setEnabled(m_model->rowCount() > 0);
}

void HistoryPage::openCurrent() {
  const std::vector<std::string> ids = chosen();
  if (ids.size() == 1) Q_EMIT openWanted(QString::fromStdString(ids.front()));
}

void HistoryPage::compareChosen() {
  const std::vector<std::string> ids = chosen();
  if (ids.size() >= 2 && ids.size() <= size_t(kMostOverlaid)) m_client->load(ids);
}

void HistoryPage::removeChosen() {
  const std::vector<std::string> ids = chosen();
  if (ids.empty()) return;
  m_panel->setRun(nullptr);
  m_removed.push_back(ids);
  m_client->remove(ids);
  showUndo();
}

void HistoryPage::undoRemove() {
  if (m_removed.empty()) return;
  m_client->restore(m_removed.back());
  m_removed.pop_back();
  showUndo();
}

void HistoryPage::showUndo() {
  m_undoBar->setVisible(!m_removed.empty());
  if (!m_removed.empty())
    m_undoText->setText(tr("%1 runs deleted. Deleted runs can be brought back until the window is closed.").arg(m_removed.back().size()));
}

void HistoryPage::copyChosen() {
  QModelIndexList rows = m_table->selectionModel()->selectedRows();
  if (rows.isEmpty())
    for (int r = 0; r < m_sorted->rowCount(); ++r) rows << m_sorted->index(r, 0);
  QApplication::clipboard()->setText(tsvOf(*m_sorted, rows));
  Q_EMIT told(tr("%1 rows copied as a table").arg(rows.size()));
}

void HistoryPage::setDark(bool dark) { m_overlay->setDark(dark); }

void HistoryPage::retranslateUi() {
  m_title->setText(tr("Kept runs"));
  m_filter->setPlaceholderText(tr("Search name, model, methods, tags, note, command"));
  m_filter->setAccessibleName(tr("Search"));
  m_tag->setAccessibleName(tr("Only runs with this tag"));
  m_tag->setToolTip(tr("Only runs with this tag"));
  if (m_tag->count() > 0) m_tag->setItemText(0, tr("All tags"));
  const auto button = [](QPushButton* b, const QString& text, const QString& name) {
    b->setText(text);
    b->setAccessibleName(name);
    b->setToolTip(name);
  };
  button(m_open, tr("Open"), tr("Open the chosen run"));
  button(m_compare, tr("Compare"), tr("Lay the chosen runs over each other"));
  button(m_import, tr("Import…"), tr("Take runs in from a file"));
  button(m_export, tr("Export…"), tr("Write the chosen runs into one file; all that are shown where none is chosen"));
  button(m_delete, tr("Delete"), tr("Delete the chosen runs"));
  button(m_undo, tr("Undo"), tr("Bring the deleted runs back"));
  m_table->setAccessibleName(tr("Kept runs"));
  m_find->setText(tr("Search the history"));
  m_copy->setText(tr("Copy as a table"));
  m_remove->setText(tr("Delete the chosen runs"));
  m_undoAction->setText(tr("Bring the deleted runs back"));
  m_enter->setText(tr("Open the chosen run"));
  m_model->retranslate();
  filter();
  showUndo();
}

void HistoryPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslateUi();
    chosenChanged();
  }
  QWidget::changeEvent(event);
}

void HistoryPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  reload();
}

}  // namespace presslab
