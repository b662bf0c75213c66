// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/results_page.h"

#include <QCoreApplication>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/models/results_model.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }
QString signedPct(double v) { return (v > 0 ? QStringLiteral("+") : QString()) + number(v, 1) + QStringLiteral(" %"); }

void fill(QTableWidget* table, const QStringList& header, const QVector<QStringList>& rows) {
  table->setColumnCount(int(header.size()));
  table->setHorizontalHeaderLabels(header);
  table->setRowCount(int(rows.size()));
  for (int r = 0; r < int(rows.size()); ++r)
    for (int c = 0; c < int(rows[r].size()); ++c) {
      auto* item = new QTableWidgetItem(rows[r][c]);
      item->setToolTip(rows[r][c]);
      table->setItem(r, c, item);
    }
  table->resizeColumnsToContents();
}

}  // namespace

ResultsPage::ResultsPage(QWidget* parent)
    : QWidget(parent),
      m_model(new ResultsModel(this)),
      m_summary(new QTableView),
      m_gains(new QTableWidget),
      m_claims(new QTableWidget),
      m_summaryTitle(new QLabel),
      m_gainsTitle(new QLabel),
      m_claimsTitle(new QLabel),
      m_stamp(new QLabel) {
  m_summary->setModel(m_model);
  m_summary->verticalHeader()->hide();
  for (QTableWidget* t : {m_gains, m_claims}) {
    t->setEditTriggers(QAbstractItemView::NoEditTriggers);
    t->verticalHeader()->hide();
    t->horizontalHeader()->setStretchLastSection(true);
  }
  m_stamp->setWordWrap(true);
  m_stamp->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* box = new QVBoxLayout(this);
  box->addWidget(m_summaryTitle);
  box->addWidget(m_summary, 2);
  box->addWidget(m_gainsTitle);
  box->addWidget(m_gains, 2);
  box->addWidget(m_claimsTitle);
  box->addWidget(m_claims, 3);
  box->addWidget(m_stamp);
  retranslateUi();
}

void ResultsPage::setComparison(std::shared_ptr<const Comparison> comparison) {
  m_comparison = std::move(comparison);
  m_model->setComparison(m_comparison);
  retranslateUi();
}

void ResultsPage::retranslateUi() {
  m_summaryTitle->setText(tr("<b>Results</b>"));
  m_gainsTitle->setText(tr("<b>Gains</b>"));
  m_claimsTitle->setText(tr("<b>Claims of the guide, against this run</b>"));
  m_summary->setAccessibleName(tr("Results"));
  m_gains->setAccessibleName(tr("Gains"));
  m_claims->setAccessibleName(tr("Claims"));
  Q_EMIT m_model->headerDataChanged(Qt::Horizontal, 0, m_model->columnCount() - 1);
  m_summary->resizeColumnsToContents();
  QVector<QStringList> gains, claims;
  if (m_comparison) {
    for (const Improvement& i : m_comparison->improvements)
      gains << QStringList{methodLabel(text(i.method)), methodLabel(text(i.vs)), signedPct(i.memoryPct),
                           signedPct(i.timePct),        signedPct(i.speedPct),   i.kldRatioValid ? number(i.kldRatio, 3) : QStringLiteral("–")};
    for (const Claim& c : m_comparison->claims)
      claims << QStringList{text(c.text), QStringLiteral("%1 – %2").arg(number(c.lo, 2), number(c.hi, 2)),
                            c.valid ? number(c.measured, 2) : QStringLiteral("–"), QCoreApplication::translate("Claims", c.verdict.c_str()),
                            text(c.reason)};
    m_stamp->setText(text(m_comparison->stamp.commandLine));
    m_stamp->setToolTip(tr("The command that repeats this run"));
  }
  fill(m_gains, {tr("Method"), tr("Against"), tr("Memory saved"), tr("Time saved"), tr("Speed gained"), tr("KL ratio")}, gains);
  fill(m_claims, {tr("Claim"), tr("Band"), tr("Measured"), tr("Verdict"), tr("Reason")}, claims);
}

void ResultsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

// Source texts of the verdicts that the engine writes.
[[maybe_unused]] static const char* const kVerdicts[]{QT_TRANSLATE_NOOP("Claims", "holds"), QT_TRANSLATE_NOOP("Claims", "does not hold"),
                                                      QT_TRANSLATE_NOOP("Claims", "cannot hold here")};

}  // namespace presslab
