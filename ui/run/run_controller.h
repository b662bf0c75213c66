// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QThread>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <vector>

#include "core/api/eval.h"
#include "core/api/lab.h"
#include "ui/run/mailbox.h"
#include "ui/run/throttle.h"

namespace presslab {

class ComparisonModel;
class RunWorker;

/// The window's side of the thread border. A run number makes events of an older run harmless. GUI thread only.
class RunController : public QObject {
  Q_OBJECT
 public:
  enum class State { Empty, Loading, Ready, Running, Cancelling };
  explicit RunController(ComparisonModel* model, QObject* parent = nullptr);
  ~RunController() override;  // stops the engine and waits for its thread

  State state() const { return m_state; }
  void load(const ModelSpec& spec);
  void start(const CompareSpec& spec);
  /// Asks the engine to stop; `finished` follows with what was measured until then.
  void cancel();
  /// `piecesReady` follows.
  void requestPieces(const Comparison& comparison);
  /// Replays a change; `whatIfTold` follows with the ticket. Nothing is asked while a comparison runs: the ticket is then 0.
  quint64 whatIf(const CompareSpec& spec, const WhatIfRequest& request);
  void cancelWhatIf(quint64 ticket);
  /// Runs a grid; `evalTold` and at the end `evalDone` follow with the ticket, which cancelWhatIf() stops. 0 while a comparison or a longer job runs.
  quint64 evaluate(const EvalSpec& spec);
  /// A longer job of a page (a report, questions): it runs when what was asked before is done, is stopped by cancelWhatIf(), by a comparison and by
  /// another model, and tells what it finds itself; `jobDone` follows when the next one can be given. 0 while a comparison or another longer job
  /// runs.
  quint64 submit(const std::function<void(Lab&, const std::stop_token&)>& job);
  /// A grid or another longer job is under way.
  bool longJob() const { return !m_long.empty(); }
  /// `advised` follows with the ticket; 0 while a comparison runs.
  quint64 advise(const AdviceRequest& request);
  /// The comparison that ran last in this window and what it was asked for; null before one.
  const CompareSpec& lastSpec() const { return m_lastSpec; }
  const std::shared_ptr<const Comparison>& lastRun() const { return m_lastRun; }
  /// Only the newest request is answered.
  void predict(const std::vector<std::string>& methods, qint64 tokens, KvType kv);

 Q_SIGNALS:
  void whatIfTold(quint64 ticket, double share, const std::shared_ptr<const presslab::WhatIfAnswer>& answer, bool last);
  void evalTold(quint64 ticket, const presslab::EvalProgress& progress);
  void evalDone(quint64 ticket, const std::shared_ptr<const presslab::EvalResult>& result);
  void advised(quint64 ticket, const presslab::AdviceList& list);
  void piecesReady(const QString& id, const std::vector<std::string>& pieces);
  void stateChanged();
  void longJobChanged();
  void jobDone(quint64 ticket);
  void modelLoaded(const presslab::ModelInfo& info);
  void failed(const QString& reason);
  void finished(const presslab::RunOutcome& outcome);
  void predicted(const std::vector<presslab::Prediction>& predictions);
  void repaint();  // at most 30 a second

 private:
  void setState(State state);
  void drain();
  void stopWhatIfs();
  quint64 longTicket();
  void endLong(quint64 ticket);
  std::shared_ptr<Mailbox> m_mailbox;
  ComparisonModel* m_model;
  QThread m_thread;
  RunWorker* m_worker;
  Throttle m_throttle;
  std::stop_source m_stop;
  std::map<quint64, std::stop_source> m_whatIfs;  // under way, by ticket
  std::set<quint64> m_long;                       // those among them that are no replay of one change
  quint64 m_ticket = 0;
  CompareSpec m_lastSpec;
  std::shared_ptr<const Comparison> m_lastRun;
  quint64 m_run = 0, m_request = 0;
  State m_state = State::Empty;
  bool m_haveModel = false;
};

}  // namespace presslab
