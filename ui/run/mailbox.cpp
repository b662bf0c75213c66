// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/mailbox.h"

#include <utility>

namespace presslab {
namespace {

// The final result of a method carries these again.
bool repeatedByResult(EventKind kind) {
  return kind == EventKind::PhaseProgress || kind == EventKind::LayerDone || kind == EventKind::LayerAppended || kind == EventKind::Token;
}

bool sameProgress(const Mail& a, const Mail& b) {
  return a.run == b.run && a.event.kind == EventKind::PhaseProgress && b.event.kind == EventKind::PhaseProgress && a.event.method == b.event.method &&
         a.event.phase == b.event.phase;
}

}  // namespace

bool Mailbox::push(Mail mail) {
  const std::lock_guard lock(m_mutex);
  if (!m_mail.empty() && sameProgress(m_mail.back(), mail)) {
    m_mail.back() = std::move(mail);
    return false;
  }
  if (m_mail.size() >= m_capacity && repeatedByResult(mail.event.kind)) {
    ++m_dropped;
    return false;
  }
  m_mail.push_back(std::move(mail));
  return m_mail.size() == 1;
}

std::vector<Mail> Mailbox::take() {
  const std::lock_guard lock(m_mutex);
  return std::exchange(m_mail, {});
}

size_t Mailbox::size() const {
  const std::lock_guard lock(m_mutex);
  return m_mail.size();
}

size_t Mailbox::dropped() const {
  const std::lock_guard lock(m_mutex);
  return m_dropped;
}

}  // namespace presslab
