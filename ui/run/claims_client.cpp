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

ClaimsClient::ClaimsClient(RunController* controller, QObject* parent) : QObject(parent), m_controller(controller) {
  connect(controller, &RunController::jobDone, this, [this](quint64 ticket) {
    if (ticket != m_ticket) return;
    m_ticket = 0;
    const std::shared_ptr<const ClaimsReport> report = std::move(m_report);  // a slot may start again
    Q_EMIT finished(report);
  });
}

bool ClaimsClient::start(const ClaimsSpec& spec) {
  m_ticket = m_controller->submit([this, spec](Lab& lab, const std::stop_token& stop) {
    QElapsedTimer since;
    const ClaimsSink tell = [&](const ClaimsProgress& p) {
      if (!p.report && since.isValid() && since.elapsed() < kQuietMs) return;
      since.start();
      QMetaObject::invokeMethod(
          this, [this, p] { Q_EMIT progressed(p); }, Qt::QueuedConnection);
    };
    m_report = std::make_shared<const ClaimsReport>(reportClaims(lab, spec, tell, stop));  // read after jobDone
  });
  return m_ticket != 0;
}

void ClaimsClient::cancel() {
  if (m_ticket != 0) m_controller->cancelWhatIf(m_ticket);
}

}  // namespace presslab
