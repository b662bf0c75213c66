// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/ask_lane.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollBar>
#include <QTextEdit>

#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/figure.h"

namespace presslab {
namespace {

constexpr int kLeastWidth = 240;
const QString kDash = QStringLiteral("–");

QString paragraphs(const QString& text) { return text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")); }

}  // namespace

AskLane::AskLane(int index, const QString& method, QWidget* parent)
    : QFrame(parent),
      m_index(index),
      m_method(method),
      m_mark(new QLabel(QStringLiteral("■"))),
      m_title(new ElidedLabel),
      m_held(new Figure),
      m_first(new Figure),
      m_speed(new Figure),
      m_facts(new QLabel),
      m_text(new QTextEdit) {
  setProperty("card", true);
  setMinimumWidth(kLeastWidth);
  m_title->setFont(chartFont(9.5, true));
  m_facts->setProperty("muted", true);
  m_facts->setFont(chartFont(8));
  m_facts->setWordWrap(true);
  m_text->setReadOnly(true);
  m_text->setProperty("plain", true);
  m_text->setFont(chartFont(9));
  m_text->setTabChangesFocus(true);
  m_text->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_text->setObjectName(QStringLiteral("askTalk%1").arg(index));
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(8, 5, 6, 4);
  grid->setHorizontalSpacing(4);
  grid->setVerticalSpacing(3);
  grid->addWidget(m_mark, 0, 0);
  grid->addWidget(m_title, 0, 1, 1, 5);
  int column = 0;
  for (Figure* f : {m_held, m_first, m_speed}) {
    f->setFocusPolicy(Qt::NoFocus);  // there is no chart to go to
    f->setCursor(Qt::ArrowCursor);
    grid->addWidget(f, 1, column, 1, 2);
    column += 2;
  }
  grid->addWidget(m_facts, 2, 0, 1, 6);
  grid->addWidget(m_text, 3, 0, 1, 6);
  for (int c : {1, 3, 5}) grid->setColumnStretch(c, 1);
  grid->setRowStretch(3, 1);
  retranslateUi();
}

void AskLane::setContext(const AskContext& context) {
  m_context = std::make_unique<AskContext>(context);
  m_method = QString::fromStdString(context.method);
  retranslateUi();
}

void AskLane::begin(const QString& question) {
  m_talk.push_back({question, {}, nullptr});
  m_changed = true;
}

void AskLane::append(const std::string& piece) {
  if (m_talk.empty()) return;
  m_talk.back().streamed += piece;
  m_changed = true;
}

void AskLane::finish(const AskAnswer& answer) {
  if (m_talk.empty()) return;
  m_talk.back().answer = std::make_unique<AskAnswer>(answer);
  m_changed = true;
  showFigures();
}

// Of one answer, on one line.
QString AskLane::figuresOf(const AskAnswer& a) {
  QStringList parts{tr("first token after %1 ms").arg(number(a.firstTokenMs, a.firstTokenMs < 10 ? 1 : 0))};
  if (a.decodeTokS > 0) parts << tr("%1 tok/s").arg(number(a.decodeTokS, 1));
  parts << tr("KV %1 → %2 MiB").arg(number(mebi(double(a.kvBytesBefore)), 2), number(mebi(double(a.kvBytesEnd)), 2))
        << tr("%1 tokens read at position %2, %3 new")
               .arg(QLocale().toString(a.questionTokens), QLocale().toString(a.position), QLocale().toString(a.newTokens));
  if (a.stop == "cancelled") parts << tr("stopped");
  if (!a.note.empty()) parts << QString::fromStdString(a.note);
  return parts.join(QStringLiteral(" · "));
}

QString AskLane::htmlOf(const Exchange& x) const {
  const Look& c = look();
  QString html = QStringLiteral("<p style='margin-top:8px;margin-bottom:2px;color:%1'><b>› %2</b></p>").arg(c.accent.name(), paragraphs(x.question));
  if (x.answer && !x.answer->error.empty())
    return html + QStringLiteral("<p style='margin:0;color:%1'>%2</p>").arg(c.bad.name(), paragraphs(QString::fromStdString(x.answer->error)));
  const QString text = x.answer ? QString::fromStdString(x.answer->text) : QString::fromStdString(x.streamed);
  html += QStringLiteral("<p style='margin:0;white-space:pre-wrap'>%1</p>").arg(paragraphs(text));
  if (x.answer)
    html += QStringLiteral("<p style='margin-top:2px;margin-bottom:0;color:%1;font-size:8pt'>%2</p>")
                .arg(c.muted.name(), paragraphs(figuresOf(*x.answer)));
  return html;
}

void AskLane::refresh() {
  if (!m_changed) return;
  m_changed = false;
  QScrollBar* bar = m_text->verticalScrollBar();
  const bool atEnd = bar->value() >= bar->maximum() - 4;
  const int place = bar->value();
  QString html;
  for (const Exchange& x : m_talk) html += htmlOf(x);
  m_text->setHtml(html);
  bar->setValue(atEnd ? bar->maximum() : place);
}

void AskLane::showFigures() {
  const AskContext* c = m_context && m_context->error.empty() ? m_context.get() : nullptr;
  const AskAnswer* a = nullptr;
  for (const Exchange& x : m_talk)
    if (x.answer && x.answer->error.empty()) a = x.answer.get();
  const double held = !c ? 0 : a ? double(a->kvBytesEnd) : double(c->kvBytes);
  QString change;
  const double less = c && c->kvBytesFull > 0 ? 100 * (1 - double(c->kvBytes) / double(c->kvBytesFull)) : 0;
  if (less > .5) change = QStringLiteral("▼ %1 %").arg(number(less, 0));  // slack of pages is no change
  m_held->set(a ? tr("KV now, MiB") : tr("KV held, MiB"), c ? number(mebi(held), 2) : kDash, change,
              change.isEmpty() ? Figure::Tone::Plain : Figure::Tone::Good, c != nullptr);
  m_first->set(tr("TTFT, ms"), a ? number(a->firstTokenMs, a->firstTokenMs < 10 ? 1 : 0) : kDash, {}, Figure::Tone::Plain, a != nullptr);
  m_speed->set(tr("tok/s"), a && a->decodeTokS > 0 ? number(a->decodeTokS, 1) : kDash, {}, Figure::Tone::Plain, a != nullptr);
  m_held->setWhy(tr("Counted from the storages of every layer and head; the change is that of the context against the whole cache."));
  m_first->setWhy(tr("Time to the first token of the last answer: reading the question and choosing it."));
  m_speed->setWhy(tr("Of the last answer, over the tokens behind the first."));
}

QString AskLane::markdown() const {
  QString out = QStringLiteral("## %1\n\n").arg(m_method);
  if (m_context && m_context->error.empty()) out += m_facts->text() + QStringLiteral("\n\n");
  for (const Exchange& x : m_talk) {
    if (!x.answer) continue;
    const QString body = x.answer->error.empty() ? QString::fromStdString(x.answer->text) : QString::fromStdString(x.answer->error);
    out += QStringLiteral("**%1**\n\n%2\n\n").arg(x.question, body);
    if (x.answer->error.empty()) out += QStringLiteral("*%1*\n\n").arg(figuresOf(*x.answer));
  }
  return out;
}

void AskLane::retranslateUi() {
  m_title->setText(methodLabel(m_method));
  m_title->setToolTip(m_method);
  m_mark->setStyleSheet(QStringLiteral("color:%1").arg(methodColor(m_index, look().dark).name()));
  setAccessibleName(tr("Method: %1").arg(methodLabel(m_method)));
  m_text->setPlaceholderText(tr("Questions and answers stand here."));
  m_text->setAccessibleName(tr("Questions and answers of: %1").arg(methodLabel(m_method)));
  QStringList facts;
  if (!m_context) {
    facts << tr("Not compressed yet");
  } else if (!m_context->error.empty()) {
    facts << QString::fromStdString(m_context->error);
  } else {
    const AskContext& c = *m_context;
    facts << tr("context %1 tokens").arg(QLocale().toString(c.contextTokens))
          << tr("%1 of %2 MiB held").arg(number(mebi(double(c.kvBytes)), 2), number(mebi(double(c.kvBytesFull)), 2))
          << tr("peak %1 MiB").arg(number(mebi(double(c.kvBytesPeak)), 2)) << tr("prefill %1 tok/s").arg(number(c.prefillTokS, 0))
          << tr("compressed in %1 ms").arg(number(c.compressMs, 1));
    for (const std::string& note : c.notes) facts << QString::fromStdString(note);
  }
  m_facts->setText(facts.join(QStringLiteral(" · ")));
  m_changed = true;
  showFigures();
  refresh();
}

void AskLane::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) retranslateUi();
  QFrame::changeEvent(event);
}

}  // namespace presslab
