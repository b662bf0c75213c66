// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/api/eval.h"
#include "core/api/lab.h"
#include "ui/run/mailbox.h"

namespace presslab {

/// What a page has done on the engine thread; it tells its own results. Must not throw.
using EngineJob = std::function<void(Lab&, const std::stop_token&)>;

/// Owns the engine and lives in the engine thread; every method is called there through a queued call.
class RunWorker : public QObject {
  Q_OBJECT
 public:
  explicit RunWorker(std::shared_ptr<Mailbox> mailbox) : m_mailbox(std::move(mailbox)) {}
  void load(const ModelSpec& spec, quint64 run, std::stop_token stop);
  void compare(const CompareSpec& spec, quint64 run, std::stop_token stop);
  /// Texts of the tokens of run `id`; none when the loaded model is not `modelPath`.
  void pieces(const std::vector<int32_t>& ids, const QString& modelPath, const QString& id);
  /// Tells how far it is at most 25 times a second, and always of a new part of the answer.
  void whatIf(const CompareSpec& spec, const WhatIfRequest& request, quint64 ticket, std::stop_token stop);
  void advise(const AdviceRequest& request, quint64 ticket);
  /// Every finished replay is told, the rest at most 25 times a second.
  void evaluate(const EvalSpec& spec, quint64 ticket, std::stop_token stop);
  void predict(const std::vector<std::string>& methods, qint64 tokens, KvType kv, quint64 request);
  void work(const EngineJob& job, quint64 ticket, std::stop_token stop);

 Q_SIGNALS:
  void worked(quint64 ticket);
  void whatIfTold(quint64 ticket, double share, const std::shared_ptr<const presslab::WhatIfAnswer>& answer, bool last);
  void evalTold(quint64 ticket, const presslab::EvalProgress& progress);
  void evalDone(quint64 ticket, const std::shared_ptr<const presslab::EvalResult>& result);
  void advised(quint64 ticket, const presslab::AdviceList& list);
  void piecesReady(const QString& id, const std::vector<std::string>& pieces);
  void woken();
  void loaded(quint64 run, const presslab::ModelInfo& info);
  void loadFailed(quint64 run, const QString& reason);
  void finished(quint64 run, const presslab::RunOutcome& outcome);
  void predicted(quint64 request, const std::vector<presslab::Prediction>& predictions);

 private:
  EventSink sink(quint64 run);
  Lab& lab();
  std::shared_ptr<Mailbox> m_mailbox;
  std::unique_ptr<Lab> m_lab;  // made on first use, so in the engine thread
};

}  // namespace presslab
