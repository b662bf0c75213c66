// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/replay_progress.h"

#include <QEvent>
#include <QLabel>
#include <QProgressBar>
#include <QVBoxLayout>

namespace presslab {
namespace {

constexpr int kSteps = 1000;

}  // namespace

ReplayProgress::ReplayProgress(QWidget* parent) : QWidget(parent), m_bar(new QProgressBar), m_status(new QLabel) {
  m_bar->setTextVisible(false);
  m_bar->setFixedHeight(4);
  m_bar->setRange(0, kSteps);
  auto retained = m_bar->sizePolicy();
  retained.setRetainSizeWhenHidden(true);
  m_bar->setSizePolicy(retained);
  m_status->setProperty("muted", true);
  m_status->setWordWrap(true);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 0, 0, 0);
  box->addWidget(m_bar);
  box->addWidget(m_status);
  retranslateUi();
}

void ReplayProgress::setShare(double share) { m_bar->setValue(int(kSteps * share)); }

void ReplayProgress::setBusy(bool busy) { m_bar->setVisible(busy); }

void ReplayProgress::say(const QString& text) { m_status->setText(text); }

void ReplayProgress::retranslateUi() { m_bar->setAccessibleName(tr("Progress of the replay")); }

void ReplayProgress::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
