// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/ask_client.h"

#include <QMetaObject>
#include <utility>

#include "core/api/lab.h"
#include "ui/run/run_controller.h"

namespace presslab {

AskClient::AskClient(RunController* controller, QObject* parent) : QObject(parent), m_controller(controller) {
  connect(controller, &RunController::jobDone, this, [this](quint64 ticket) {
    if (!m_busy || ticket != m_ticket) return;
    drain();
    m_busy = false;
    const AskOutcome outcome = std::move(m_outcome);  // a slot may ask again
    if (m_ofContext)
      Q_EMIT compressed(outcome);
    else
      Q_EMIT answered(outcome);
  });
}

bool AskClient::submit(bool ofContext, const std::function<AskOutcome(Lab&, const std::stop_token&)>& work) {
  if (m_busy) return false;
  m_busy = true;  // before the controller tells of a longer job: it is this one
  m_ofContext = ofContext;
  m_ticket = m_controller->submit([this, work](Lab& lab, const std::stop_token& stop) { m_outcome = work(lab, stop); });
  m_busy = m_ticket != 0;
  return m_busy;
}

bool AskClient::compress(const AskSpec& spec) {
  return submit(true, [this, spec](Lab& lab, const std::stop_token& stop) {
    return lab.compressContext(
        spec, [this](const AskEvent& e) { post(e); }, stop);
  });
}

bool AskClient::ask(const QString& question, bool turn) {
  return submit(false, [this, text = question.toStdString(), turn](Lab& lab, const std::stop_token& stop) {
    return lab.ask(
        text, turn, [this](const AskEvent& e) { post(e); }, stop);
  });
}

void AskClient::cancel() {
  if (m_busy) m_controller->cancelWhatIf(m_ticket);
}

void AskClient::post(const AskEvent& event) {
  bool wake = false;
  {
    const std::lock_guard lock(m_box.mutex);
    std::vector<AskEvent>& events = m_box.events;
    wake = events.empty();
    const bool same = !wake && events.back().kind == event.kind && events.back().method == event.method;
    if (same && event.kind == AskEvent::Kind::Token)
      events.back().text += event.text;
    else if (same && event.kind == AskEvent::Kind::Progress)
      events.back() = event;
    else
      events.push_back(event);
  }
  if (wake) QMetaObject::invokeMethod(this, &AskClient::drain, Qt::QueuedConnection);
}

void AskClient::drain() {
  std::vector<AskEvent> events;
  {
    const std::lock_guard lock(m_box.mutex);
    events = std::exchange(m_box.events, {});
  }
  for (const AskEvent& e : events) Q_EMIT told(e);
}

}  // namespace presslab
