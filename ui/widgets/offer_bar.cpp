// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/offer_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace presslab {

OfferBar::OfferBar(QWidget* parent) : QFrame(parent), m_text(new QLabel), m_take(new QPushButton), m_close(new QToolButton) {
  setProperty("card", true);
  setObjectName(QStringLiteral("offer"));
  m_take->setObjectName(QStringLiteral("offerTake"));
  m_text->setWordWrap(true);
  m_close->setText(QStringLiteral("✕"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 4, 4, 4);
  row->addWidget(m_text, 1);
  row->addWidget(m_take);
  row->addWidget(m_close);
  connect(m_close, &QToolButton::clicked, this, &OfferBar::dismiss);
  connect(m_take, &QPushButton::clicked, this, [this] {
    const auto action = m_action;
    dismiss();
    if (action) action();
  });
  hide();
  retranslateUi();
}

void OfferBar::offer(const QString& text, const QString& action, std::function<void()> take) {
  m_text->setText(text);
  m_take->setText(action);
  m_take->setAccessibleName(action);
  m_take->setAccessibleDescription(text);
  m_action = std::move(take);
  show();
}

void OfferBar::dismiss() {
  m_action = {};
  hide();
}

void OfferBar::retranslateUi() {
  m_close->setAccessibleName(tr("Close the offer"));
  if (m_take->text().isEmpty()) m_take->setAccessibleName(tr("Take the offer"));
}

void OfferBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QFrame::changeEvent(event);
}

}  // namespace presslab
