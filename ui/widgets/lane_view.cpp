// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/lane_view.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QScrollBar>
#include <QTextEdit>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

QString delta(double value, double base) {
  if (!std::isfinite(value) || !std::isfinite(base) || base <= 0) return {};
  const double pct = 100 * (value / base - 1);
  return QStringLiteral(" (%1%2 %)").arg(pct > 0 ? QStringLiteral("+") : QString(), number(pct, 0));
}

QString figure(const QString& name, const QString& value) {
  return QStringLiteral("<span style='font-size:small'>%1</span><br><b>%2</b>").arg(name.toHtmlEscaped(), value.toHtmlEscaped());
}

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
      m_title(new QLabel),
      m_memory(new QLabel),
      m_time(new QLabel),
      m_same(new QLabel),
      m_phase(new QProgressBar),
      m_answer(new QTextEdit) {
  setFrameShape(QFrame::StyledPanel);
  setMinimumWidth(150);
  m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  m_answer->setReadOnly(true);
  m_answer->setFrameShape(QFrame::NoFrame);
  m_answer->setMinimumHeight(40);
  m_answer->setTabChangesFocus(true);
  m_phase->setMaximumHeight(18);
  m_phase->setRange(0, 1000);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(6, 3, 6, 3);
  grid->setVerticalSpacing(2);
  grid->addWidget(m_title, 0, 0, 1, 3);
  grid->addWidget(m_phase, 1, 0, 1, 3);
  grid->addWidget(m_memory, 2, 0);
  grid->addWidget(m_time, 2, 1);
  grid->addWidget(m_same, 2, 2);
  grid->addWidget(m_answer, 3, 0, 1, 3);
  grid->setRowStretch(3, 1);
}

void LaneView::refresh(const Lane& l, const Lane& baseline, bool dark) {
  m_title->setText(QStringLiteral("<span style='color:%1'>■</span> <b>%2</b>").arg(methodColor(m_index, dark).name(), l.label.toHtmlEscaped()));
  m_title->setToolTip(l.method);
  setAccessibleName(tr("Method: %1").arg(l.label));
  m_answer->setAccessibleName(tr("Answer of: %1").arg(l.label));
  m_phase->setAccessibleName(tr("Phase of: %1").arg(l.label));
  QString state;
  if (!l.error.isEmpty())
    state = tr("failed");
  else if (l.cancelled)
    state = tr("cancelled at token %1").arg(l.ids.size());
  else if (l.finished)
    state = tr("done");
  else if (!l.started)
    state = tr("waiting");
  else {
    state = phaseName(int(l.phase));
    if (l.etaSeconds >= 0) state += tr(" – %1 s left").arg(number(l.etaSeconds, 0));
  }
  m_phase->setFormat(state.replace(QLatin1Char('%'), QStringLiteral("%%")));
  m_phase->setValue(l.finished ? 1000 : l.started ? int(1000 * l.progress) : 0);
  figures(l, baseline);
  answer(l, baseline);
}

void LaneView::figures(const Lane& l, const Lane& baseline) {
  const bool isBase = m_index == 0;
  const bool ghost = !l.started && l.hasGhost && l.ghost.error.empty();
  const double bytes = ghost ? double(l.ghost.kvBytes) : double(l.kvBytes);
  const double baseBytes = ghost ? double(baseline.ghost.kvBytes) : l.finished && baseline.finished ? double(baseline.kvBytes) : 0;
  m_memory->setText(figure(ghost ? tr("KV expected, MiB") : tr("KV cache, MiB"),
                           bytes > 0 ? number(mebi(bytes), 1) + (isBase ? QString() : delta(bytes, baseBytes)) : QStringLiteral("–")));
  if (ghost) {
    m_time->setText(figure(tr("speed bound"), QStringLiteral("%1×").arg(number(l.ghost.boundSpeedup, 2))));
  } else {
    const double ms = l.medianMs();
    m_time->setText(
        figure(tr("ms per token"), std::isfinite(ms) ? number(ms, 1) + (isBase ? QString() : delta(ms, baseline.medianMs())) : QStringLiteral("–")));
  }
  const bool measured = l.result && l.result->quality.measured;
  const double same = measured ? l.result->quality.top1Agree : isBase ? NAN : sameTokens(baseline, l);
  m_same->setText(figure(tr("same token"), std::isfinite(same) ? number(100 * same, 1) + QStringLiteral(" %") : QStringLiteral("–")));
  m_same->setToolTip(measured ? tr("Teacher-forced on the baseline's text") : tr("Equal tokens at equal places of the two answers"));
}

void LaneView::answer(const Lane& l, const Lane& baseline) {
  const int different = m_index == 0 ? -1 : firstDifference(baseline, l);
  QString html;
  const QString reason = !l.error.isEmpty() ? l.error : !l.started && l.hasGhost ? QString::fromStdString(l.ghost.error) : QString();
  if (!reason.isEmpty()) html = QStringLiteral("<span style='color:#c0392b'>%1</span>").arg(reason.toHtmlEscaped());
  for (size_t i = 0; i < l.pieces.size(); ++i) {
    QString piece = QString::fromStdString(l.pieces[i]).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
    if (int(i) == different) piece = QStringLiteral("<u><b>%1</b></u>").arg(piece);
    if (l.eosAt >= 0 && int(i) >= l.eosAt) piece = QStringLiteral("<span style='color:#8a8a8a'>%1</span>").arg(piece);
    html += piece;
  }
  if (html == m_shown) return;
  m_shown = html;
  const QScrollBar* bar = m_answer->verticalScrollBar();
  const bool atEnd = bar->value() >= bar->maximum() - 2;
  const int place = bar->value();
  m_answer->setHtml(QStringLiteral("<div style='white-space:pre-wrap'>%1</div>").arg(html));
  m_answer->verticalScrollBar()->setValue(atEnd && !l.finished ? m_answer->verticalScrollBar()->maximum() : l.finished && atEnd ? 0 : place);
}

}  // namespace presslab
