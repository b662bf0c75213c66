// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the quality page shows of a grid: choices, charts, table and texts.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <set>

#include "ui/charts/charts.h"
#include "ui/charts/pareto_chart.h"
#include "ui/charts/table_model.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/quality_page.h"

namespace presslab {
namespace {

/// The box with these texts; what was chosen stays chosen where it is still there.
void fill(QComboBox* box, const QStringList& texts, const QString& preferred = {}) {
  const QString before = box->currentIndex() >= 0 ? box->currentText() : preferred;
  const QSignalBlocker quiet(box);
  box->clear();
  box->addItems(texts);
  const qsizetype at = texts.indexOf(before);
  box->setCurrentIndex(at >= 0 ? int(at) : std::max<int>(0, int(texts.indexOf(preferred))));
}

/// Mean divergence of every position over the samples of a cell.
QVector<double> byPosition(const std::vector<EvalSample>& samples, const EvalRow& row) {
  QVector<double> sum, count;
  for (const EvalSample& s : samples) {
    if (s.task != row.task || s.length != row.length || s.method != row.method) continue;
    for (qsizetype i = 0; i < qsizetype(s.kld.size()); ++i) {
      if (i == sum.size()) {
        sum << 0;
        count << 0;
      }
      sum[i] += s.kld[size_t(i)];
      ++count[i];
    }
  }
  for (qsizetype i = 0; i < sum.size(); ++i) sum[i] /= count[i];
  return sum;
}

}  // namespace

void QualityPage::fillChoices() {
  QStringList tasks, lengths, ratios;
  std::set<double> seen;
  for (const EvalRow& r : m_result.rows) {
    const QString task = QString::fromStdString(r.task), length = QString::number(r.length);
    if (!tasks.contains(task)) tasks << task;
    if (!lengths.contains(length)) lengths << length;
    if (r.ratio > 0 && seen.insert(r.ratio).second) ratios << QString::number(r.ratio);
  }
  std::sort(ratios.begin(), ratios.end());
  fill(m_task, tasks, QStringLiteral("kld"));
  fill(m_length, lengths);
  fill(m_ratio, ratios, QStringLiteral("0.5"));
  for (QComboBox* box : {m_task, m_length, m_ratio}) box->setEnabled(box->count() > 1);
  m_export->setEnabled(!m_result.rows.empty());
  showRows();
}

void QualityPage::showRows() {
  const std::string task = m_task->currentText().toStdString();
  const int length = m_length->currentText().toInt();
  const double ratio = m_ratio->currentText().toDouble();
  std::vector<EvalRow> shown;
  for (const EvalRow& r : m_result.rows)
    if (r.task == task && r.length == length) shown.push_back(r);
  const bool scored = std::any_of(shown.begin(), shown.end(), [](const EvalRow& r) { return std::isfinite(r.score); });
  std::vector<PositionChart::Line> lines;
  for (const EvalRow& r : shown) {
    if (r.press == "none" || std::fabs(r.ratio - ratio) > 1e-9) continue;
    QVector<double> kld = byPosition(m_result.samples, r);
    if (!kld.isEmpty()) lines.push_back({r.method, ParetoChart::styleOf(shown, r.press), std::move(kld)});
  }
  m_positions->show(std::move(lines), m_model->data());
  m_pareto->show(shown,
                 scored          ? ParetoChart::Figure::Score
                 : task == "ppl" ? ParetoChart::Figure::Perplexity
                                 : ParetoChart::Figure::Divergence,
                 m_model->data());
  ChartView::Table t{{tr("Task"), tr("Length"), tr("Method"), tr("KV (MiB)"), tr("Perplexity"), tr("KL divergence"), tr("Agreement (%)"),
                      tr("Score (%)"), tr("95 %"), tr("Attention kept (%)"), tr("Instances"), tr("Remark")},
                     {}};
  for (const EvalRow& r : m_result.rows) {
    const double scale = std::isfinite(r.score) ? 100 : 1;
    const int decimals = std::isfinite(r.score) ? 1 : r.task == "ppl" ? 3 : 4;
    t.rows << QStringList{QString::fromStdString(r.task),
                          number(r.length, 0),
                          QString::fromStdString(r.method),
                          number(r.samples > 0 ? mebi(double(r.kvBytes)) : NAN, 2),
                          number(r.ppl, 3),
                          number(r.kldMean, 4),
                          number(100 * r.top1Agree, 1),
                          number(100 * r.score, 1),
                          std::isfinite(r.lo) ? number(scale * r.lo, decimals) + QStringLiteral(" – ") + number(scale * r.hi, decimals) : QString(),
                          number(100 * r.attentionKept, 1),
                          QString::number(r.samples),
                          noteOf(r)};
  }
  m_tableRows->set(std::move(t));
  m_table->resizeColumnsToContents();
}

QString QualityPage::noteOf(const EvalRow& r) const {
  if (!r.counted) return tr("left out of means: the full cache scores %1 %").arg(number(100 * r.baseline, 0));
  if (r.task == "mean" || (r.task == "niah" && r.family == "niah")) return tr("mean of the tasks that the full cache can do");
  return QString::fromStdString(r.note);
}

void QualityPage::retranslateUi() {
  m_tasksLabel->setText(tr("Tasks"));
  const auto name = [](const std::string& family) {
    if (family == "ppl") return tr("Perplexity");
    if (family == "kld") return tr("Divergence");
    if (family == "niah") return tr("Needles (8)");
    if (family == "vt") return tr("Variables");
    if (family == "cwe") return tr("Common words");
    if (family == "fwe") return tr("Frequent words");
    if (family == "passkey") return tr("Passkeys");
    return tr("Key-value pairs");
  };
  for (const auto& [family, box] : m_tasks) {
    box->setText(name(family));
    box->setAccessibleName(box->text());
  }
  m_lengthsLabel->setText(tr("Lengths"));
  m_lengths->setToolTip(tr("Context tokens, separated by commas"));
  m_ratiosLabel->setText(tr("Ratios"));
  m_ratios->setToolTip(tr("Shares removed, separated by commas; empty: as the methods say"));
  m_seedsLabel->setText(tr("Instances"));
  m_seeds->setToolTip(tr("Instances of every task; more of them make intervals narrower"));
  m_lengths->setAccessibleName(m_lengthsLabel->text());
  m_ratios->setAccessibleName(m_ratiosLabel->text());
  m_seeds->setAccessibleName(m_seedsLabel->text());
  m_queryAware->setText(tr("Compress the question too"));
  m_queryAware->setAccessibleName(m_queryAware->text());
  m_run->setText(tr("Run grid"));
  m_run->setToolTip(tr("One prefill an instance, every method replayed from it; rows that are there already are not run again"));
  m_cancel->setText(tr("Stop"));
  m_resume->setText(tr("Resume"));
  m_resume->setToolTip(tr("Continues the grid that is shown, with its own settings"));
  m_open->setText(tr("Open…"));
  m_open->setToolTip(tr("A grid that was run before"));
  m_copy->setText(tr("Copy as command"));
  m_copy->setToolTip(tr("The presslab-cli command that runs this grid"));
  m_export->setText(tr("CSV…"));
  m_export->setToolTip(tr("All rows as a table"));
  for (QAbstractButton* b : std::initializer_list<QAbstractButton*>{m_run, m_cancel, m_resume, m_open, m_copy, m_export})
    b->setAccessibleName(b->text());
  m_showLabel->setText(tr("Show"));
  m_task->setAccessibleName(tr("Task to show"));
  m_length->setAccessibleName(tr("Length to show"));
  m_ratio->setAccessibleName(tr("Ratio of the chart by position"));
  m_table->setAccessibleName(tr("Rows of the grid"));
  m_tableTitle->setText(tr("Rows of the grid"));
  m_pareto->titleChanged();
  m_positions->titleChanged();
  updateState();
  showRows();
}

}  // namespace presslab
