// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/results_page.h"

#include <QCoreApplication>
#include <QEvent>
#include <QFrame>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>
#include <cmath>

#include "core/export/export.h"
#include "ui/charts/charts.h"
#include "ui/models/claim_texts.h"
#include "ui/models/comparison_model.h"
#include "ui/models/results_model.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }
QString signedPct(double v) {
  return std::isnan(v) ? QStringLiteral("–") : (v > 0 ? QStringLiteral("+") : QString()) + number(v, 1) + QStringLiteral(" %");
}

void fill(QTableWidget* table, const QStringList& header, const QVector<QStringList>& rows, const QList<int>& numbers) {
  table->setColumnCount(int(header.size()));
  table->setHorizontalHeaderLabels(header);
  table->setRowCount(int(rows.size()));
  for (int r = 0; r < int(rows.size()); ++r)
    for (int c = 0; c < int(rows[r].size()); ++c) {
      auto* item = new QTableWidgetItem(rows[r][c]);
      item->setToolTip(rows[r][c]);
      if (numbers.contains(c)) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table->setItem(r, c, item);
    }
  table->resizeColumnsToContents();
}

}  // namespace

ResultsPage::ResultsPage(const std::vector<ChartView*>& charts, QWidget* parent)
    : QWidget(parent),
      m_charts(charts.begin() + 5, charts.end()),
      m_model(new ResultsModel(this)),
      m_summary(new QTableView),
      m_gains(new QTableWidget),
      m_claims(new QTableWidget),
      m_summaryTitle(new QLabel),
      m_gainsTitle(new QLabel),
      m_claimsTitle(new QLabel),
      m_stamp(new QLabel) {
  auto* sorted = new QSortFilterProxyModel(this);
  sorted->setSourceModel(m_model);
  sorted->setSortRole(ResultsModel::kRawRole);
  m_summary->setModel(sorted);
  m_summary->setSortingEnabled(true);
  m_summary->sortByColumn(-1, Qt::AscendingOrder);
  m_summary->setSelectionBehavior(QAbstractItemView::SelectRows);
  // What a reader looks for first; the rest follows in the order of the files.
  int place = 1;
  for (std::string_view key : {"kv_bytes", "ratio_measured", "decode_tok_s", "decode_p50_ms", "kld_mean", "top1_agree", "attention_kept", "ttft_ms",
                               "prefill_tok_s", "compress_ms", "mem_peak_bytes"})
    for (size_t c = 0; c < metricColumns().size(); ++c)
      if (metricColumns()[c].key == key) {
        QHeaderView* header = m_summary->horizontalHeader();
        header->moveSection(header->visualIndex(int(c) + 1), place++);
      }
  m_summary->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  for (QTableView* t : {m_summary, static_cast<QTableView*>(m_gains), static_cast<QTableView*>(m_claims)}) {
    t->verticalHeader()->hide();
    t->setAlternatingRowColors(true);
    t->setShowGrid(false);
    t->setFrameShape(QFrame::NoFrame);
    t->setFont(chartFont(8.5));
    t->horizontalHeader()->setFont(chartFont(8));
    t->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    t->verticalHeader()->setDefaultSectionSize(24);
  }
  for (QTableWidget* t : {m_gains, m_claims}) {
    t->setEditTriggers(QAbstractItemView::NoEditTriggers);
    t->horizontalHeader()->setStretchLastSection(true);
  }
  m_stamp->setWordWrap(true);
  m_stamp->setProperty("muted", true);
  m_stamp->setFont(chartFont(8));
  m_stamp->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* middle = new QSplitter;
  for (ChartView* chart : m_charts) middle->addWidget(chart);
  auto* lower = new QSplitter;
  lower->addWidget(card(m_gainsTitle, m_gains));
  lower->addWidget(card(m_claimsTitle, m_claims));
  lower->setSizes({340, 640});
  auto* rows = new QSplitter(Qt::Vertical);
  rows->addWidget(card(m_summaryTitle, m_summary));
  rows->addWidget(middle);
  rows->addWidget(lower);
  rows->setSizes({170, 240, 220});
  for (QSplitter* s : {middle, lower, rows}) {
    s->setHandleWidth(6);
    s->setChildrenCollapsible(false);
  }
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->setSpacing(6);
  box->addWidget(rows, 1);
  box->addWidget(m_stamp);
  for (ChartView* chart : m_charts)
    connect(chart, &ChartView::cursorMoved, this, [this](double token) {
      for (ChartView* other : m_charts) other->setCursor(token);
    });
  retranslateUi();
}

QFrame* ResultsPage::card(QLabel* title, QWidget* content) {
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

void ResultsPage::setComparison(std::shared_ptr<const Comparison> comparison) {
  m_comparison = std::move(comparison);
  m_model->setComparison(m_comparison);
  retranslateUi();
}

void ResultsPage::refresh(const ChartData& data) {
  for (ChartView* chart : m_charts) {
    chart->refresh(data);
    chart->setVisible(chart->applies(data));
  }
}

void ResultsPage::retranslateUi() {
  m_summaryTitle->setText(tr("Results"));
  m_gainsTitle->setText(tr("Gains"));
  m_claimsTitle->setText(tr("Claims of the guide, against this run"));
  m_summary->setAccessibleName(tr("Results"));
  m_gains->setAccessibleName(tr("Gains"));
  m_claims->setAccessibleName(tr("Claims"));
  Q_EMIT m_model->headerDataChanged(Qt::Horizontal, 0, m_model->columnCount() - 1);
  m_summary->resizeColumnsToContents();
  QVector<QStringList> gains, claims;
  if (m_comparison) {
    for (const Improvement& i : m_comparison->improvements)
      gains << QStringList{shortName(text(i.method)), shortName(text(i.vs)), signedPct(i.memoryPct),
                           signedPct(i.timePct),      signedPct(i.speedPct), i.kldRatioValid ? number(i.kldRatio, 3) : QStringLiteral("–")};
    for (const Claim& c : m_comparison->claims)
      claims << QStringList{claimText(c), QStringLiteral("%1 – %2").arg(QLocale().toString(c.lo, 'g', 4), QLocale().toString(c.hi, 'g', 4)),
                            c.valid ? number(c.measured, 2) : QStringLiteral("–"), verdictText(c), claimReason(c)};
    m_stamp->setText(text(m_comparison->stamp.commandLine));
    m_stamp->setToolTip(tr("The command that repeats this run"));
  }
  fill(m_gains, {tr("Method"), tr("Against"), tr("Memory saved"), tr("Time saved"), tr("Speed gained"), tr("KL ratio")}, gains, {2, 3, 4});
  fill(m_claims, {tr("Claim"), tr("Band"), tr("Measured"), tr("Verdict"), tr("Reason")}, claims, {1, 2});
}

void ResultsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
