// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/what_if_client.h"

#include "ui/run/run_controller.h"

namespace presslab {

WhatIfClient::WhatIfClient(RunController* controller, QObject* parent) : QObject(parent), m_controller(controller) {
  connect(controller, &RunController::whatIfTold, this,
          [this](quint64 ticket, double share, const std::shared_ptr<const WhatIfAnswer>& answer, bool last) {
            if (ticket == 0 || ticket != m_ticket) return;
            if (last) m_ticket = 0;
            Q_EMIT progressed(share);
            if (!answer || answer == m_told) return;
            m_told = answer;
            Q_EMIT answered(answer);
          });
}

bool WhatIfClient::ask(const CompareSpec& spec, const WhatIfRequest& request) {
  cancel();
  m_told.reset();
  m_ticket = m_controller->whatIf(spec, request);
  return m_ticket != 0;
}

void WhatIfClient::cancel() {
  if (m_ticket != 0) m_controller->cancelWhatIf(m_ticket);
  m_ticket = 0;
}

}  // namespace presslab
