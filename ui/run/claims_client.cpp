// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/claims_client.h"

#include <QElapsedTimer>
#include <QMetaObject>

#include "ui/run/run_controller.h"

namespace presslab {
namespace {

constexpr qint64 kQuietMs = 250;  // methods are timed meanwhile: the window is painted seldom

}  // namespace

ClaimsClient::ClaimsClient(RunController* controller, QObject* parent) : QObject(parent), m_controller(controller) {}

bool ClaimsClient::start(const ClaimsSpec& spec) {
  m_ticket = m_controller->submit([this, spec](Lab& lab, const std::stop_token& stop) {
    QElapsedTimer since;
    const ClaimsSink tell = [&](const ClaimsProgress& p) {
      if (!p.report && since.isValid() && since.elapsed() < kQuietMs) return;
      since.start();
      QMetaObject::invokeMethod(
          this, [this, p] { Q_EMIT progressed(p); }, Qt::QueuedConnection);
    };
    const auto report = std::make_shared<const ClaimsReport>(reportClaims(lab, spec, tell, stop));
    QMetaObject::invokeMethod(
        this,
        [this, report] {
          m_ticket = 0;
          Q_EMIT finished(report);
        },
        Qt::QueuedConnection);
  });
  return m_ticket != 0;
}

void ClaimsClient::cancel() {
  if (m_ticket != 0) m_controller->cancelWhatIf(m_ticket);
}

}  // namespace presslab
