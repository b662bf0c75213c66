// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/delta_table.h"

#include <QEvent>
#include <QHeaderView>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/appearance.h"
#include "ui/charts/charts.h"

namespace presslab {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

int64_t streaming(const WhatIfSide& side) {
  return std::count_if(side.heads.begin(), side.heads.end(), [](const HeadMetrics& h) { return h.kind == HeadKind::Streaming; });
}

double keptPct(const WhatIfSide& side) {
  int64_t total = 0;
  for (const HeadMetrics& h : side.heads) total += h.total;
  return total > 0 ? 100.0 * double(side.keptTokens) / double(total) : kNaN;
}

}  // namespace

BalanceSummary summaryOf(const std::vector<BalanceMetrics>& balance) {
  BalanceSummary s{balance.empty() ? kNaN : 0, balance.empty() ? kNaN : 0, 0};
  for (const BalanceMetrics& b : balance) {
    s.mean += b.maxOverMean / double(balance.size());
    s.worst = std::max(s.worst, b.maxOverMean);
    s.dropped += b.dropped;
  }
  return s;
}

DeltaTable::DeltaTable(QWidget* parent) : QTableWidget(parent) {
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setSelectionMode(QAbstractItemView::NoSelection);
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  setShowGrid(false);
  setFont(chartFont(9));
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(22);
  horizontalHeader()->setFont(chartFont(8));
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  set(nullptr);
}

// better: -1 less is better, +1 more is better, 0 neither.
void DeltaTable::row(const QString& name, double before, double after, int decimals, const QString& unit, int better) {
  const auto text = [&](double v) { return std::isnan(v) ? QStringLiteral("–") : number(v, decimals) + unit; };
  const double change = after - before;
  const double least = 0.5 * std::pow(10, -decimals);
  QString changed = QStringLiteral("–");
  if (!std::isnan(change))
    changed = std::abs(change) < least ? tr("same") : (change > 0 ? QStringLiteral("+") : QString()) + number(change, decimals) + unit;
  const int r = rowCount();
  insertRow(r);
  int column = 0;
  for (const QString& value : {name, text(before), text(after), changed}) {
    auto* item = new QTableWidgetItem(value);
    if (column > 0) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    if (column == 3 && better != 0 && !std::isnan(change) && std::abs(change) >= least) {
      const Look& colors = look(palette().color(QPalette::Window).lightness() < 128);
      item->setForeground((change > 0) == (better > 0) ? colors.good : colors.bad);
    }
    setItem(r, column++, item);
  }
}

void DeltaTable::set(const WhatIfAnswer* answer) {
  m_known = answer != nullptr;
  if (answer) m_answer = *answer;
  setRowCount(0);
  setColumnCount(4);
  setHorizontalHeaderLabels({QString(), tr("before"), tr("after"), tr("change")});
  setAccessibleName(tr("Before and after the change"));
  const WhatIfAnswer none;
  const WhatIfAnswer& a = m_known ? m_answer : none;
  const QualityMetrics &q = a.before.quality, &p = a.after.quality;
  const auto pick = [&](const QualityMetrics& m, double v) { return m_known && m.measured ? v : kNaN; };
  const auto share = [&](const QualityMetrics& m) { return m_known && m.attentionKept >= 0 ? 100 * m.attentionKept : kNaN; };
  const QString pct = QStringLiteral(" %");
  const auto bytes = [&](const WhatIfSide& s) { return m_known && s.kvBytesFull > 0 ? mebi(double(s.kvBytes)) : kNaN; };
  row(tr("KV cache"), bytes(a.before), bytes(a.after), 3, QStringLiteral(" MiB"), -1);
  row(tr("Tokens kept"), m_known ? keptPct(a.before) : kNaN, m_known ? keptPct(a.after) : kNaN, 2, pct, 0);
  if (m_experts) {
    const BalanceSummary b = summaryOf(a.before.balance), c = summaryOf(a.after.balance);
    row(tr("max/mean load, mean of layers"), b.mean, c.mean, 3, {}, -1);
    row(tr("max/mean load, worst layer"), b.worst, c.worst, 3, {}, -1);
    row(tr("Tokens dropped"), m_known ? double(b.dropped) : kNaN, m_known ? double(c.dropped) : kNaN, 0, {}, -1);
  } else {
    row(tr("Heads that stream"), m_known ? double(streaming(a.before)) : kNaN, m_known ? double(streaming(a.after)) : kNaN, 0, {}, 0);
  }
  row(tr("KL divergence, mean"), pick(q, q.kldMean), pick(p, p.kldMean), 5, {}, -1);
  row(tr("KL divergence, median"), pick(q, q.kldMedian), pick(p, p.kldMedian), 5, {}, -1);
  row(tr("KL divergence, p99"), pick(q, q.kldP99), pick(p, p.kldP99), 4, {}, -1);
  row(tr("Same most likely token"), pick(q, 100 * q.top1Agree), pick(p, 100 * p.top1Agree), 1, pct, 1);
  row(tr("Attention kept"), share(q), share(p), 2, pct, 1);
  resizeColumnsToContents();
  horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
}

void DeltaTable::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) {
    const WhatIfAnswer copy = m_answer;
    set(m_known ? &copy : nullptr);
  }
  QTableWidget::changeEvent(event);
}

}  // namespace presslab
