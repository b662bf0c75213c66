// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/history_page.h"

#include <QDateTime>
#include <QDir>
#include <QEvent>
#include <QFile>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "core/export/export.h"
#include "ui/charts/palette.h"

namespace presslab {
namespace {

constexpr int kMostShown = 2000;

// Fields of one line of CSV as RFC 4180 writes it.
QStringList csvFields(const QString& line) {
  QStringList out;
  QString field;
  bool quoted = false;
  for (qsizetype i = 0; i < line.size(); ++i) {
    const QChar c = line[i];
    if (quoted && c == QLatin1Char('"') && i + 1 < line.size() && line[i + 1] == QLatin1Char('"'))
      field += line[++i];
    else if (c == QLatin1Char('"'))
      quoted = !quoted;
    else if (c == QLatin1Char(',') && !quoted) {
      out << field;
      field.clear();
    } else
      field += c;
  }
  return out << field;
}

struct Entry {
  QString methods, tokens, state;
};

// The summary is small: listing many runs does not read their records.
Entry readSummary(const QString& folder) {
  QFile file(folder + QStringLiteral("/summary.csv"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  if (lines.isEmpty()) return {};
  const QStringList header = csvFields(lines.first());
  const auto method = header.indexOf(QStringLiteral("method")), tokens = header.indexOf(QStringLiteral("context_tokens")),
             status = header.indexOf(QStringLiteral("status"));
  Entry e;
  QStringList methods;
  for (qsizetype i = 1; i < lines.size(); ++i) {
    const QStringList fields = csvFields(lines[i]);
    methods << fields.value(method);
    e.tokens = fields.value(tokens);
    e.state = fields.value(status);
  }
  e.methods = methods.join(QStringLiteral("; "));
  return e;
}

}  // namespace

HistoryPage::HistoryPage(QWidget* parent)
    : QWidget(parent), m_title(new QLabel), m_filter(new QLineEdit), m_open(new QPushButton), m_table(new QTableWidget) {
  m_title->setFont(chartFont(9, true));
  m_filter->setObjectName(QStringLiteral("historyFilter"));
  m_filter->setClearButtonEnabled(true);
  m_table->setObjectName(QStringLiteral("history"));
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->setShowGrid(false);
  m_table->setAlternatingRowColors(true);
  m_table->setFrameShape(QFrame::NoFrame);
  m_table->verticalHeader()->hide();
  m_table->horizontalHeader()->setStretchLastSection(true);
  m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_table->setFont(chartFont(8.5));
  auto* card = new QFrame;
  card->setProperty("card", true);
  auto* row = new QHBoxLayout;
  row->addWidget(m_title);
  row->addWidget(m_filter, 1);
  row->addWidget(m_open);
  auto* inner = new QVBoxLayout(card);
  inner->setContentsMargins(8, 6, 6, 6);
  inner->addLayout(row);
  inner->addWidget(m_table, 1);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->addWidget(card, 1);
  connect(m_filter, &QLineEdit::textChanged, this, &HistoryPage::filter);
  const auto open = [this] {
    const int chosen = m_table->currentRow();
    if (chosen >= 0) Q_EMIT openWanted(m_table->item(chosen, 0)->data(Qt::UserRole).toString());
  };
  connect(m_open, &QPushButton::clicked, this, open);
  connect(m_table, &QTableWidget::itemActivated, this, open);
  retranslateUi();
}

void HistoryPage::retranslateUi() {
  m_title->setText(tr("Kept runs"));
  m_filter->setPlaceholderText(tr("Filter"));
  m_filter->setAccessibleName(tr("Filter"));
  m_open->setText(tr("Open"));
  m_open->setAccessibleName(tr("Open the chosen run"));
  m_table->setAccessibleName(tr("Kept runs"));
  m_table->setColumnCount(4);
  m_table->setHorizontalHeaderLabels({tr("Time"), tr("Context tokens"), tr("State"), tr("Methods")});
}

void HistoryPage::reload() {
  const QDir dir(QString::fromStdString(runsFolder()));
  const QStringList names = dir.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name | QDir::Reversed).mid(0, kMostShown);
  m_table->setRowCount(0);
  for (const QString& name : names) {
    const QString folder = dir.filePath(name);
    if (!QFile::exists(folder + QStringLiteral("/run.json"))) continue;
    const Entry e = readSummary(folder);
    const QDateTime time = QDateTime::fromString(name.left(15), QStringLiteral("yyyyMMdd-HHmmss"));
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const QStringList cells{time.isValid() ? time.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")) : name, e.tokens, e.state, e.methods};
    for (int c = 0; c < int(cells.size()); ++c) {
      auto* item = new QTableWidgetItem(cells[c]);
      item->setToolTip(c == 3 ? cells[c] : folder);
      item->setData(Qt::UserRole, folder);
      m_table->setItem(row, c, item);
    }
  }
  m_table->resizeColumnsToContents();
  filter();
}

void HistoryPage::filter() {
  const QString wanted = m_filter->text().trimmed();
  for (int r = 0; r < m_table->rowCount(); ++r) {
    bool shown = wanted.isEmpty();
    for (int c = 0; c < m_table->columnCount() && !shown; ++c) shown = m_table->item(r, c)->text().contains(wanted, Qt::CaseInsensitive);
    m_table->setRowHidden(r, !shown);
  }
}

void HistoryPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

void HistoryPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  reload();
}

}  // namespace presslab
