// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/lane_view.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QScrollBar>
#include <QTextEdit>
#include <cmath>

#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/figure.h"
#include "ui/widgets/phase_ribbon.h"

namespace presslab {
namespace {

// A change against the baseline, by sign and glyph; less is better for memory and time.
QString delta(double value, double base) {
  if (!std::isfinite(value) || !std::isfinite(base) || base <= 0) return {};
  const double pct = 100 * (value / base - 1);
  if (std::abs(pct) < 0.5) return QStringLiteral("±0 %");
  return QStringLiteral("%1 %2 %").arg(pct > 0 ? QStringLiteral("▲") : QStringLiteral("▼"), number(std::abs(pct), 0));
}

Figure::Tone tone(double value, double base) {
  if (!std::isfinite(value) || !std::isfinite(base) || base <= 0 || std::abs(value / base - 1) < 0.005) return Figure::Tone::Plain;
  return value < base ? Figure::Tone::Good : Figure::Tone::Bad;
}

const QString kDash = QStringLiteral("–");

}  // namespace

QString phaseName(int phase) {
  switch (Phase(phase)) {
    case Phase::Load:
      return QCoreApplication::translate("Phase", "Loading");
    case Phase::Tokenize:
      return QCoreApplication::translate("Phase", "Tokenising");
    case Phase::Calibrate:
      return QCoreApplication::translate("Phase", "Calibrating");
    case Phase::Prefill:
      return QCoreApplication::translate("Phase", "Prefill");
    case Phase::Compress:
      return QCoreApplication::translate("Phase", "Compressing");
    case Phase::Decode:
      return QCoreApplication::translate("Phase", "Decoding");
    case Phase::Quality:
      return QCoreApplication::translate("Phase", "Measuring quality");
    case Phase::Attention:
      return QCoreApplication::translate("Phase", "Measuring attention");
    case Phase::Export:
      return QCoreApplication::translate("Phase", "Writing results");
  }
  return {};
}

LaneView::LaneView(int index, QWidget* parent)
    : QFrame(parent),
      m_index(index),
      m_title(new ElidedLabel),
      m_state(new ElidedLabel),
      m_mark(new QLabel(QStringLiteral("■"))),
      m_memory(new Figure),
      m_time(new Figure),
      m_same(new Figure),
      m_ribbon(new PhaseRibbon),
      m_answer(new QTextEdit),
      m_grid(new QGridLayout(this)) {
  setProperty("card", true);
  setMinimumWidth(150);
  m_title->setFont(chartFont(9.5, true));
  m_state->setFont(chartFont(8));
  m_state->setProperty("muted", true);
  m_state->setAlignment(Qt::AlignRight);
  m_answer->setReadOnly(true);
  m_answer->setProperty("plain", true);
  m_answer->setFont(chartFont(8.5));
  m_answer->setMinimumHeight(22);
  m_answer->setTabChangesFocus(true);
  m_answer->document()->setDocumentMargin(2);
  m_answer->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_grid->setContentsMargins(8, 5, 6, 4);
  m_grid->setHorizontalSpacing(4);
  m_grid->setVerticalSpacing(3);
  m_grid->addWidget(m_mark, 0, 0);
  m_grid->addWidget(m_title, 0, 1, 1, 3);
  m_grid->addWidget(m_state, 0, 4, 1, 2);
  m_grid->addWidget(m_ribbon, 1, 0, 1, 6);
  m_grid->addWidget(m_memory, 2, 0, 1, 2);
  m_grid->addWidget(m_time, 2, 2, 1, 2);
  m_grid->addWidget(m_same, 2, 4, 1, 2);
  m_grid->addWidget(m_answer, 3, 0, 1, 6);
  for (int column : {1, 2, 3, 4, 5}) m_grid->setColumnStretch(column, column == 1 || column == 5 ? 2 : 1);
  m_grid->setRowStretch(3, 1);
  const std::pair<Figure*, QString> links[]{
      {m_memory, QStringLiteral("memory")}, {m_time, QStringLiteral("latency")}, {m_same, QStringLiteral("quality")}};
  for (const auto& [figure, chart] : links) connect(figure, &Figure::clicked, this, [this, id = chart] { Q_EMIT figureChosen(id); });
}

void LaneView::setCompact(bool compact) {
  m_grid->setVerticalSpacing(compact ? 1 : 3);
  for (Figure* f : {m_memory, m_time, m_same}) f->setValueSize(compact ? 9.5 : 11.5);
}

void LaneView::refresh(const ChartData& data, bool dark) {
  const Lane &l = data.lanes[size_t(m_index)], &baseline = data.lanes.front();
  const QColor color = methodColor(m_index, dark);
  m_mark->setStyleSheet(QStringLiteral("color:%1").arg(color.name()));
  m_title->setText(l.label);
  m_title->setToolTip(l.notes.isEmpty() ? l.method : l.method + QLatin1Char('\n') + l.notes.join(QLatin1Char('\n')));
  setAccessibleName(tr("Method: %1").arg(l.label));
  m_answer->setAccessibleName(tr("Answer of: %1").arg(l.label));
  state(l, data.newTokens, color);
  figures(l, baseline, data.race);
  why(l, baseline);
  answer(l, baseline, dark);
}

void LaneView::state(const Lane& l, int newTokens, const QColor& color) {
  QString text;
  if (!l.error.isEmpty())
    text = tr("failed");
  else if (l.cancelled)
    text = l.ids.empty() ? tr("cancelled") : tr("cancelled at token %1").arg(l.ids.size());
  else if (l.finished && !l.measuring)
    text = tr("done");
  else if (!l.started)
    text = tr("waiting");
  else {
    text = phaseName(int(l.phase));
    if (l.etaSeconds >= 0) text = tr("%1 · %2 s left").arg(text, number(std::ceil(l.etaSeconds), 0));
  }
  m_state->setText(text);
  const bool whole = l.finished && !l.cancelled && l.error.isEmpty();
  const bool judged = l.result && l.result->quality.measured;
  const bool prompt = l.phase == Phase::Prefill || l.phase == Phase::Compress;
  const double answered = newTokens > 0 ? double(l.ids.size()) / newTokens : 0;
  const bool ready = l.decoding || !l.ids.empty();
  m_ribbon->set(whole || ready        ? 1
                : l.started && prompt ? l.progress
                                      : 0,
                whole ? 1 : answered,
                judged        ? 1
                : l.measuring ? l.progress
                              : 0,
                color, l.cancelled || !l.error.isEmpty());
  m_ribbon->setAccessibleName(tr("Progress of %1: %2").arg(l.label, text));
}

void LaneView::figures(const Lane& l, const Lane& baseline, bool race) {
  const bool isBase = m_index == 0;
  const bool ghost = !l.started && l.hasGhost && l.ghost.error.empty();
  const double bytes = ghost ? double(l.ghost.kvBytes) : double(l.kvBytes);
  const double baseBytes = isBase ? 0 : ghost ? double(baseline.ghost.kvBytes) : l.finished && baseline.finished ? double(baseline.kvBytes) : 0;
  m_memory->set(ghost ? tr("KV expected, MiB") : tr("KV cache, MiB"), bytes > 0 ? number(mebi(bytes), 1) : kDash, delta(bytes, baseBytes),
                tone(bytes, baseBytes), !ghost && bytes > 0);
  if (ghost) {
    m_time->set(tr("speed, at most"), isBase ? kDash : QStringLiteral("%1×").arg(number(l.ghost.boundSpeedup, 2)), {}, Figure::Tone::Plain, false);
  } else {
    const double ms = l.medianMs(), baseMs = isBase || race ? NAN : baseline.medianMs();
    m_time->set(race ? tr("ms (race)") : tr("ms per token"), std::isfinite(ms) ? number(ms, ms < 10 ? 2 : 1) : kDash, delta(ms, baseMs),
                tone(ms, baseMs), std::isfinite(ms));
  }
  const bool measured = l.result && l.result->quality.measured;
  const double same = measured ? l.result->quality.top1Agree : isBase ? NAN : sameTokens(baseline, l);
  m_same->set(tr("same token"), std::isfinite(same) ? number(100 * same, 1) + QStringLiteral(" %") : kDash,
              measured && !isBase ? tr("KL %1").arg(number(l.result->quality.kldMean, 3)) : QString(), Figure::Tone::Plain, std::isfinite(same));
}

// The answers to "why?": where each figure comes from.
void LaneView::why(const Lane& l, const Lane& baseline) {
  const QString head = QStringLiteral("<b>%1</b><br>").arg(l.label.toHtmlEscaped());
  if (!l.started) {
    m_memory->setWhy(head + tr("Expected by arithmetic: 2 × layers × KV heads × head size × bytes × tokens × (1 − ratio). Nothing was run yet."));
    m_time->setWhy(head +
                   tr("Decoding reads weights and cache once per token. Bound of the speed-up: (weights + full cache) / (weights + kept cache)."));
    m_same->setWhy(head + tr("Measured by the run."));
    return;
  }
  QString memory = tr("Counted from the storages of every layer and head: %1 MiB now, %2 MiB at most during the run.")
                       .arg(number(mebi(double(l.kvBytes)), 2), number(mebi(double(l.kvBytesPeak)), 2));
  if (l.result)
    memory += tr("<br>After the prompt %1 MiB, predicted %2 MiB, uncompressed %3 MiB.<br>Ratio requested %4, of tokens %5, of bytes %6.")
                  .arg(number(mebi(double(l.result->kvBytes)), 2), number(mebi(double(l.result->kvBytesPredicted)), 2),
                       number(mebi(double(l.result->kvBytesFull)), 2), number(l.result->ratioRequested, 3), number(l.result->ratioEffective, 3),
                       number(l.result->ratioMeasured, 3));
  m_memory->setWhy(head + memory);
  QString time = tr("Median of %1 decoded tokens.").arg(l.tokenMs.size());
  if (l.boundMs > 0) time += tr("<br>Bound by memory bandwidth: (weights + kept cache) / measured bandwidth = %1 ms.").arg(number(l.boundMs, 2));
  if (l.result && l.result->decodeP95Ms > 0) time += tr("<br>95 % of the tokens within %1 ms.").arg(number(l.result->decodeP95Ms, 2));
  m_time->setWhy(head + time);
  QString same = l.result && l.result->quality.measured
                     ? tr("Top-1 agreement, teacher-forced on the baseline's text at %1 positions; mean KL divergence %2, median %3, p99 %4 nats.")
                           .arg(QString::number(l.result->quality.agreeByPosition.size()), number(l.result->quality.kldMean, 4),
                                number(l.result->quality.kldMedian, 4), number(l.result->quality.kldP99, 4))
                     : tr("Equal tokens at equal places of the two answers");
  if (const int place = firstDifference(baseline, l); place >= 0) same += tr("<br>The answers part at token %1 (underlined).").arg(place + 1);
  m_same->setWhy(head + same);
}

void LaneView::answer(const Lane& l, const Lane& baseline, bool dark) {
  const int different = m_index == 0 ? -1 : firstDifference(baseline, l);
  QString html;
  const QString reason = !l.error.isEmpty() ? l.error : !l.started && l.hasGhost ? QString::fromStdString(l.ghost.error) : QString();
  if (!reason.isEmpty()) html = QStringLiteral("<span style='color:%1'>%2</span> ").arg(look(dark).bad.name(), reason.toHtmlEscaped());
  // Pieces may be parts of one character: they are joined as bytes before they become text.
  std::string before, first, after, ended;
  for (size_t i = 0; i < l.pieces.size(); ++i)
    (l.eosAt >= 0 && int(i) >= l.eosAt ? ended : different < 0 || int(i) < different ? before : int(i) == different ? first : after) += l.pieces[i];
  const auto show = [](const std::string& s) { return QString::fromStdString(s).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")); };
  html += show(before);
  if (!first.empty()) html += QStringLiteral("<u><b>%1</b></u>").arg(show(first));
  html += show(after);
  if (!ended.empty()) html += QStringLiteral("<span style='color:%1'>%2</span>").arg(look(dark).line.name(), show(ended));
  setAnswer(html, l.finished);
}

void LaneView::setAnswer(const QString& html, bool finished) {
  if (html == m_shown) return;
  m_shown = html;
  QScrollBar* bar = m_answer->verticalScrollBar();
  const bool atEnd = bar->value() >= bar->maximum() - 2;
  const int place = bar->value();
  m_answer->setHtml(QStringLiteral("<div style='white-space:pre-wrap'>%1</div>").arg(html));
  bar->setValue(!atEnd ? place : finished ? 0 : bar->maximum());
}

}  // namespace presslab
