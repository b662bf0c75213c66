// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/command_palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace presslab {
namespace {

// All letters of `wanted` in order.
bool matches(const QString& text, const QString& wanted) {
  qsizetype at = 0;
  for (QChar c : wanted) {
    at = text.indexOf(c, at, Qt::CaseInsensitive);
    if (at < 0) return false;
    ++at;
  }
  return true;
}

QString plain(const QAction* action) {
  QString text = action->text();
  return text.remove(QLatin1Char('&'));
}

}  // namespace

CommandPalette::CommandPalette(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent, Qt::Popup), m_actions(actions), m_search(new QLineEdit), m_list(new QListWidget) {
  setObjectName(QStringLiteral("palette"));
  setAttribute(Qt::WA_DeleteOnClose);
  m_search->setPlaceholderText(tr("Type to find an action"));
  m_search->setAccessibleName(tr("Type to find an action"));
  m_list->setAccessibleName(tr("Actions"));
  m_search->installEventFilter(this);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(8, 8, 8, 8);
  box->addWidget(m_search);
  box->addWidget(m_list, 1);
  resize(520, 420);
  if (parent) move(parent->mapToGlobal(QPoint((parent->width() - width()) / 2, 90)));
  connect(m_search, &QLineEdit::textChanged, this, &CommandPalette::fill);
  connect(m_search, &QLineEdit::returnPressed, this, &CommandPalette::runChosen);
  connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runChosen);
  fill();
  m_search->setFocus();
}

void CommandPalette::fill() {
  m_list->clear();
  for (qsizetype i = 0; i < m_actions.size(); ++i) {
    const QString keys = m_actions[i]->shortcut().toString(QKeySequence::NativeText);
    if (!matches(plain(m_actions[i]), m_search->text())) continue;
    auto* item = new QListWidgetItem(keys.isEmpty() ? plain(m_actions[i]) : QStringLiteral("%1    %2").arg(plain(m_actions[i]), keys), m_list);
    item->setData(Qt::UserRole, i);
    if (!m_actions[i]->isEnabled()) item->setFlags(Qt::NoItemFlags);
  }
  m_list->setCurrentRow(0);
}

void CommandPalette::runChosen() {
  const QListWidgetItem* item = m_list->currentItem();
  if (!item || !(item->flags() & Qt::ItemIsEnabled)) return;
  QAction* action = m_actions[item->data(Qt::UserRole).toLongLong()];
  close();
  QTimer::singleShot(0, action, &QAction::trigger);  // once the popup has gone
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_search && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Down || key == Qt::Key_Up) {
      const int step = key == Qt::Key_Down ? 1 : -1;
      m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, std::max(0, m_list->count() - 1)));
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace presslab
