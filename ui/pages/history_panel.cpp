// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/history_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/charts/palette.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

std::vector<std::string> tagsOf(const QString& typed) {
  std::vector<std::string> out;
  for (const QString& part : typed.split(QRegularExpression(QStringLiteral("[,，、]")))) {  // a Chinese keyboard has its own commas
    const std::string tag = part.simplified().toStdString();
    if (!tag.empty()) out.push_back(tag);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

QString shown(const std::vector<std::string>& tags) {
  QStringList out;
  for (const std::string& tag : tags) out << text(tag);
  return out.join(QStringLiteral(", "));
}

}  // namespace

HistoryPanel::HistoryPanel(QWidget* parent)
    : QFrame(parent),
      m_title(new QLabel),
      m_facts(new QLabel),
      m_nameLabel(new QLabel),
      m_tagsLabel(new QLabel),
      m_noteLabel(new QLabel),
      m_commandLabel(new QLabel),
      m_name(new QLineEdit),
      m_tags(new QLineEdit),
      m_note(new QPlainTextEdit),
      m_command(new QPlainTextEdit) {
  setProperty("card", true);
  m_title->setFont(chartFont(9, true));
  m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_facts->setWordWrap(true);
  m_facts->setProperty("muted", true);
  m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_name->setObjectName(QStringLiteral("runName"));
  m_tags->setObjectName(QStringLiteral("runTags"));
  m_note->setObjectName(QStringLiteral("runNote"));
  m_command->setObjectName(QStringLiteral("runCommand"));
  m_note->setTabChangesFocus(true);
  m_command->setTabChangesFocus(true);
  m_command->setReadOnly(true);
  m_nameLabel->setBuddy(m_name);
  m_tagsLabel->setBuddy(m_tags);
  m_noteLabel->setBuddy(m_note);
  m_commandLabel->setBuddy(m_command);
  // Side by side, so that the table above has the whole width.
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 6, 10, 8);
  row->setSpacing(12);
  const auto column = [row](std::initializer_list<QWidget*> widgets, QWidget* tall, int stretch) {
    auto* box = new QVBoxLayout;
    box->setSpacing(3);
    for (QWidget* w : widgets) box->addWidget(w, w == tall ? 1 : 0);
    if (!tall) box->addStretch(1);
    row->addLayout(box, stretch);
  };
  column({m_title, m_facts}, nullptr, 4);
  column({m_nameLabel, m_name, m_tagsLabel, m_tags}, nullptr, 3);
  column({m_noteLabel, m_note}, m_note, 3);
  column({m_commandLabel, m_command}, m_command, 3);
  for (QWidget* w : std::initializer_list<QWidget*>{m_facts, m_nameLabel, m_tagsLabel, m_noteLabel, m_commandLabel, m_note, m_command})
    w->setFont(chartFont(8.5));
  for (QLineEdit* edit : {m_name, m_tags}) {
    edit->setMaxLength(edit == m_name ? 100 : 1000);
    connect(edit, &QLineEdit::editingFinished, this, &HistoryPanel::commit);
  }
  m_note->installEventFilter(this);
  retranslateUi();
  setRun(nullptr);
}

void HistoryPanel::setRun(const StoredRun* run) {
  const bool same = m_filled && run && run->id == m_run.id;
  if (!same) commit();
  const bool typing = m_name->hasFocus() || m_tags->hasFocus() || m_note->hasFocus();
  m_filled = run != nullptr;
  const bool unchanged = same && run->name == m_run.name && run->tags == m_run.tags && run->note == m_run.note;
  m_run = run ? *run : StoredRun();
  if (same && (unchanged || typing)) return;  // a reload does not touch what is being typed
  show();
}

void HistoryPanel::show() {
  m_title->setText(m_filled ? text(m_run.id) : tr("No single run is chosen"));
  QStringList facts;
  if (m_filled) {
    facts << text(m_run.modelName) << tr("%1 tokens, %2 new").arg(QLocale().toString(qlonglong(m_run.contextTokens))).arg(m_run.newTokens)
          << QStringLiteral("%1, %2, KV %3").arg(text(m_run.device), text(m_run.precision), text(m_run.kvType));
    if (!m_run.verdict.empty()) facts << text(m_run.verdict);
  }
  m_facts->setText(facts.join(QLatin1Char('\n')));
  m_name->setText(text(m_run.name));
  m_tags->setText(shown(m_run.tags));
  m_note->setPlainText(text(m_run.note));
  m_command->setPlainText(text(m_run.commandLine));
  for (QWidget* field : {static_cast<QWidget*>(m_name), static_cast<QWidget*>(m_tags), static_cast<QWidget*>(m_note)}) field->setEnabled(m_filled);
}

void HistoryPanel::commit() {
  if (!m_filled) return;
  const std::string name = m_name->text().trimmed().toStdString(), note = m_note->toPlainText().toStdString();
  const std::vector<std::string> tags = tagsOf(m_tags->text());
  if (name == m_run.name && tags == m_run.tags && note == m_run.note) return;
  m_run.name = name;
  m_run.tags = tags;
  m_run.note = note;
  Q_EMIT edited(m_run.id, name, tags, note);
}

bool HistoryPanel::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusOut) commit();
  return QFrame::eventFilter(watched, event);
}

void HistoryPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QFrame::changeEvent(event);
}

void HistoryPanel::retranslateUi() {
  m_nameLabel->setText(tr("Name"));
  m_tagsLabel->setText(tr("Tags, separated by commas"));
  m_noteLabel->setText(tr("Note"));
  m_commandLabel->setText(tr("Command"));
  m_name->setAccessibleName(tr("Name"));
  m_tags->setAccessibleName(tr("Tags, separated by commas"));
  m_note->setAccessibleName(tr("Note"));
  m_command->setAccessibleName(tr("Command"));
  if (!m_filled) m_title->setText(tr("No single run is chosen"));
}

}  // namespace presslab
