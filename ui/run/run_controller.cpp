// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/run_controller.h"

#include "ui/models/comparison_model.h"
#include "ui/run/run_worker.h"

namespace presslab {
namespace {

constexpr double kPaintShare = .04;  // of one core while something is timed

/// Painting takes time from what is timed where the engine has all cores.
bool paintingIsFelt(const CompareSpec& spec) {
  return spec.mode == RunMode::Timed && (spec.model.threads <= 0 || spec.model.threads >= QThread::idealThreadCount());
}

}  // namespace

RunController::RunController(ComparisonModel* model, QObject* parent)
    : QObject(parent), m_mailbox(std::make_shared<Mailbox>()), m_model(model), m_worker(new RunWorker(m_mailbox)) {
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  connect(m_worker, &RunWorker::woken, this, &RunController::drain, Qt::QueuedConnection);
  connect(m_worker, &RunWorker::loaded, this, [this](quint64 run, const ModelInfo& info) {
    if (run != m_run) return;
    m_haveModel = true;
    setState(State::Ready);
    Q_EMIT modelLoaded(info);
  });
  connect(m_worker, &RunWorker::loadFailed, this, [this](quint64 run, const QString& reason) {
    if (run != m_run) return;
    setState(m_haveModel ? State::Ready : State::Empty);
    Q_EMIT failed(reason);
  });
  connect(m_worker, &RunWorker::finished, this, [this](quint64 run, const RunOutcome& outcome) {
    if (run != m_run) return;
    m_throttle.setShare(0);
    drain();
    if (outcome.comparison) m_model->setComparison(outcome.comparison);
    m_lastRun = outcome.comparison;
    if (outcome.status == RunOutcome::Status::Cancelled) m_model->markCancelled();
    setState(m_haveModel ? State::Ready : State::Empty);
    if (outcome.status == RunOutcome::Status::Failed) Q_EMIT failed(QString::fromStdString(outcome.error));
    Q_EMIT finished(outcome);
    m_throttle.fire();
  });
  connect(m_worker, &RunWorker::predicted, this, [this](quint64 request, const std::vector<Prediction>& predictions) {
    if (request == m_request) Q_EMIT predicted(predictions);
  });
  connect(m_worker, &RunWorker::whatIfTold, this, [this](quint64 ticket, double share, const std::shared_ptr<const WhatIfAnswer>& answer, bool last) {
    if (!m_whatIfs.contains(ticket)) return;
    if (last) m_whatIfs.erase(ticket);
    Q_EMIT whatIfTold(ticket, share, answer, last);
  });
  connect(m_worker, &RunWorker::evalTold, this, &RunController::evalTold);
  connect(m_worker, &RunWorker::evalDone, this, [this](quint64 ticket, const std::shared_ptr<const EvalResult>& result) {
    endLong(ticket);
    Q_EMIT evalDone(ticket, result);
  });
  connect(m_worker, &RunWorker::worked, this, [this](quint64 ticket) {
    endLong(ticket);
    Q_EMIT jobDone(ticket);
  });
  connect(m_worker, &RunWorker::advised, this, &RunController::advised);
  connect(m_worker, &RunWorker::piecesReady, this, &RunController::piecesReady);
  connect(&m_throttle, &Throttle::due, this, &RunController::repaint);
  m_thread.setObjectName(QStringLiteral("engine"));
  m_thread.start();
}

RunController::~RunController() {
  stopWhatIfs();
  m_stop.request_stop();
  m_thread.quit();
  m_thread.wait();
}

void RunController::setState(State state) {
  if (m_state == state) return;
  m_state = state;
  Q_EMIT stateChanged();
}

void RunController::stopWhatIfs() {
  for (auto& [ticket, stop] : m_whatIfs) stop.request_stop();
}

quint64 RunController::whatIf(const CompareSpec& spec, const WhatIfRequest& request) {
  if (m_state != State::Ready) return 0;
  const quint64 ticket = ++m_ticket;
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, spec, request, ticket, stop = m_whatIfs[ticket].get_token()] { w->whatIf(spec, request, ticket, stop); },
      Qt::QueuedConnection);
  return ticket;
}

void RunController::cancelWhatIf(quint64 ticket) {
  if (const auto at = m_whatIfs.find(ticket); at != m_whatIfs.end()) at->second.request_stop();
}

/// A ticket for a longer job, or 0. Replays of changes give way to it.
quint64 RunController::longTicket() {
  if (m_state != State::Ready || longJob()) return 0;
  stopWhatIfs();
  m_long.insert(++m_ticket);
  m_whatIfs[m_ticket];
  Q_EMIT longJobChanged();
  return m_ticket;
}

void RunController::endLong(quint64 ticket) {
  m_whatIfs.erase(ticket);
  if (m_long.erase(ticket) > 0) Q_EMIT longJobChanged();
}

quint64 RunController::evaluate(const EvalSpec& spec) {
  const quint64 ticket = longTicket();
  if (ticket == 0) return 0;
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, spec, ticket, stop = m_whatIfs[ticket].get_token()] { w->evaluate(spec, ticket, stop); }, Qt::QueuedConnection);
  return ticket;
}

quint64 RunController::submit(const std::function<void(Lab&, const std::stop_token&)>& job) {
  const quint64 ticket = longTicket();
  if (ticket == 0) return 0;
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, job, ticket, stop = m_whatIfs[ticket].get_token()] { w->work(job, ticket, stop); }, Qt::QueuedConnection);
  return ticket;
}

quint64 RunController::advise(const AdviceRequest& request) {
  if (m_state != State::Ready) return 0;
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, request, ticket = ++m_ticket] { w->advise(request, ticket); }, Qt::QueuedConnection);
  return m_ticket;
}

void RunController::load(const ModelSpec& spec) {
  stopWhatIfs();
  m_stop.request_stop();
  m_stop = std::stop_source{};
  setState(State::Loading);
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, spec, run = ++m_run, stop = m_stop.get_token()] { w->load(spec, run, stop); }, Qt::QueuedConnection);
}

void RunController::start(const CompareSpec& spec) {
  stopWhatIfs();
  m_lastSpec = spec;
  m_stop.request_stop();
  m_stop = std::stop_source{};
  m_model->begin(spec.methods, spec.maxNewTokens);
  setState(State::Running);
  m_throttle.setShare(paintingIsFelt(spec) ? kPaintShare : 0);
  m_throttle.fire();
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, spec, run = ++m_run, stop = m_stop.get_token()] { w->compare(spec, run, stop); }, Qt::QueuedConnection);
}

void RunController::cancel() {
  m_stop.request_stop();
  if (m_state == State::Running) setState(State::Cancelling);
}

void RunController::predict(const std::vector<std::string>& methods, qint64 tokens, KvType kv) {
  if (!m_haveModel || m_state == State::Running || m_state == State::Cancelling) return;
  QMetaObject::invokeMethod(
      m_worker, [w = m_worker, methods, tokens, kv, request = ++m_request] { w->predict(methods, tokens, kv, request); }, Qt::QueuedConnection);
}

void RunController::requestPieces(const Comparison& c) {
  QMetaObject::invokeMethod(
      m_worker,
      [w = m_worker, ids = c.contextIds, path = QString::fromStdString(c.stamp.modelPath), id = QString::fromStdString(c.id)] {
        w->pieces(ids, path, id);
      },
      Qt::QueuedConnection);
}

void RunController::drain() {
  for (const Mail& mail : m_mailbox->take())
    if (mail.run == m_run) {
      if (mail.event.kind == EventKind::PhaseStarted && mail.event.phase == Phase::Quality) m_throttle.setShare(0);  // nothing is timed from here on
      m_model->apply(mail.event);
    }
  m_throttle.fire();
}

}  // namespace presslab
