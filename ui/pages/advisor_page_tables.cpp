// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The advisor's two tables.
#include <QPushButton>
#include <QTableWidget>
#include <algorithm>
#include <cmath>

#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/advice_texts.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/advisor_page.h"
#include "ui/run/run_controller.h"

namespace presslab {
namespace {

/// "then (change)", the sign always written.
QString withDelta(const QString& then, double change, int decimals) {
  if (std::abs(change) < 0.5 * std::pow(10, -decimals)) return then;
  return QStringLiteral("%1 (%2%3)").arg(then, change > 0 ? QStringLiteral("+") : QString(), number(change, decimals));
}

}  // namespace

void AdvisorPage::fillChanges() {
  QTableWidget* t = m_changes;
  t->clearContents();
  t->setColumnCount(8);
  t->setHorizontalHeaderLabels({tr("Change"), tr("KV cache (MB)"), tr("Peak with weights (MB)"), tr("ms per token"), tr("KL divergence"),
                                tr("Same token"), QString(), QString()});
  t->setRowCount(int(m_rows.size()));
  const Advice& now = m_list.now;
  const bool known = now.error.empty();
  const Look& colors = look(palette().color(QPalette::Window).lightness() < 128);
  for (int r = 0; r < int(m_rows.size()); ++r) {
    const size_t index = m_rows[size_t(r)];
    const Advice& a = m_list.advice[index];
    const bool runs = a.error.empty();
    const int64_t peak = a.kvBytesPeak + a.weightBytes, peakNow = now.kvBytesPeak + now.weightBytes;
    const QString missing = QStringLiteral("–");
    const QString unmeasured = !runs ? missing : a.canMeasure ? tr("not yet measured") : tr("a run measures it");
    const QStringList cells{
        runs ? adviceText(a, m_list) : adviceText(a, m_list) + QStringLiteral(": ") + QString::fromStdString(a.error),
        runs ? withDelta(megabytes(a.kvBytes), known ? double(a.kvBytes - now.kvBytes) / 1e6 : 0, 1) : missing,
        runs ? withDelta(megabytes(peak), known ? double(peak - peakNow) / 1e6 : 0, 1) : missing,
        runs && !std::isnan(a.ms) ? withDelta(number(a.ms, 2), std::isnan(now.ms) ? 0 : a.ms - now.ms, 2) : missing,
        a.quality.measured ? withDelta(number(a.quality.kldMean, 5), now.quality.measured ? a.quality.kldMean - now.quality.kldMean : 0, 5)
                           : unmeasured,
        a.quality.measured
            ? withDelta(number(100 * a.quality.top1Agree, 1), now.quality.measured ? 100 * (a.quality.top1Agree - now.quality.top1Agree) : 0, 1) +
                  QStringLiteral(" %")
            : missing};
    const QString quality = a.quality.measured ? tr("measured by replay or in this run") : unmeasured;
    const QStringList whys{QString::fromStdString(a.method),
                           tr("exact: the budget's arithmetic"),
                           tr("exact: the budget's arithmetic"),
                           timeLawText(a, m_list),
                           quality,
                           quality};
    for (int c = 0; c < int(cells.size()); ++c) {
      auto* item = new QTableWidgetItem(cells[c]);
      item->setToolTip(whys[c]);
      if (c == 4 && a.quality.measured && now.quality.measured && a.quality.kldMean != now.quality.kldMean)
        item->setForeground(a.quality.kldMean < now.quality.kldMean ? colors.good : colors.bad);
      t->setItem(r, c, item);
    }
    auto* measureButton = new QPushButton(tr("Measure"));
    measureButton->setAccessibleName(tr("Measure: %1").arg(cells[0]));
    measureButton->setEnabled(runs && a.canMeasure && !a.quality.measured);
    connect(measureButton, &QPushButton::clicked, this, [this, index] { measure(index); });
    t->setCellWidget(r, 6, measureButton);
    auto* applyButton = new QPushButton(tr("Apply"));
    applyButton->setAccessibleName(tr("Apply: %1").arg(cells[0]));
    applyButton->setEnabled(runs);
    connect(applyButton, &QPushButton::clicked, this, [this, index] { Q_EMIT applyWanted(m_list.advice[index], method()); });
    t->setCellWidget(r, 7, applyButton);
  }
  t->resizeColumnsToContents();
  t->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
}

void AdvisorPage::fillTips() {
  QTableWidget* t = m_tipTable;
  t->clearContents();
  t->setColumnCount(5);
  t->setHorizontalHeaderLabels({tr("Complaint"), tr("The guide's tip"), tr("Verdict"), tr("Why"), QString()});
  t->setRowCount(int(m_tips.size()));
  const Look& colors = look(palette().color(QPalette::Window).lightness() < 128);
  for (int r = 0; r < int(m_tips.size()); ++r) {
    const size_t index = m_tips[size_t(r)];
    const Advice& a = m_list.advice[index];
    const QStringList cells{complaintText(a.complaint), adviceText(a, m_list), verdictText(a), adviceReason(a, m_list)};
    for (int c = 0; c < int(cells.size()); ++c) {
      auto* item = new QTableWidgetItem(cells[c]);
      item->setToolTip(cells[c]);
      if (c == 2 && (a.verdict == AdviceVerdict::Hurts || a.verdict == AdviceVerdict::NoEffect)) item->setForeground(colors.bad);
      if (c == 2 && a.verdict == AdviceVerdict::Helps) item->setForeground(colors.good);
      t->setItem(r, c, item);
    }
    if (a.complaint != Complaint::Quality || !a.canMeasure) continue;
    auto* button = new QPushButton(tr("Measure"));
    button->setAccessibleName(tr("Measure: %1").arg(cells[1]));
    button->setEnabled(!a.quality.measured && a.verdict != AdviceVerdict::AlreadySo);
    connect(button, &QPushButton::clicked, this, [this, index] { measure(index); });
    t->setCellWidget(r, 4, button);
  }
  t->resizeColumnsToContents();
  t->setColumnWidth(1, std::min(t->columnWidth(1), 330));
  t->horizontalHeader()->setSectionResizeMode(3, QHeaderView::Stretch);
}

}  // namespace presslab
