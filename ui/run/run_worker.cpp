// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/run_worker.h"

#include <QElapsedTimer>
#include <exception>

namespace presslab {

Lab& RunWorker::lab() {
  if (!m_lab) m_lab = std::make_unique<Lab>();
  return *m_lab;
}

EventSink RunWorker::sink(quint64 run) {
  return [this, run](const RunEvent& event) {
    if (m_mailbox->push({run, event})) Q_EMIT woken();
  };
}

void RunWorker::load(const ModelSpec& spec, quint64 run, std::stop_token stop) {
  try {
    const ModelInfo info = lab().load(spec, sink(run), stop);
    Q_EMIT loaded(run, info);
  } catch (const std::exception& e) {
    Q_EMIT loadFailed(run, QString::fromUtf8(e.what()));
  }
}

void RunWorker::compare(const CompareSpec& spec, quint64 run, std::stop_token stop) {
  RunOutcome outcome;
  try {
    outcome = lab().compare(spec, sink(run), stop);
  } catch (const std::exception& e) {  // the engine itself could not be made
    outcome.status = RunOutcome::Status::Failed;
    outcome.error = e.what();
  }
  Q_EMIT finished(run, outcome);
}

void RunWorker::pieces(const std::vector<int32_t>& ids, const QString& modelPath, const QString& id) {
  std::vector<std::string> out;
  try {
    const auto info = lab().loaded();
    if (info && QString::fromStdString(info->path) == modelPath) out = lab().pieces(ids);
  } catch (const std::exception&) {
    out.clear();  // another vocabulary: the places are shown without text
  }
  Q_EMIT piecesReady(id, out);
}

void RunWorker::whatIf(const CompareSpec& spec, const WhatIfRequest& request, quint64 ticket, std::stop_token stop) {
  constexpr qint64 kQuietMs = 40;
  auto answer = std::make_shared<WhatIfAnswer>();
  QElapsedTimer since;
  std::shared_ptr<const WhatIfAnswer> told;
  const auto tell = [&](double share, const std::shared_ptr<const WhatIfAnswer>& known) {
    if (since.isValid() && since.elapsed() < kQuietMs && known == told) return;
    since.start();
    told = known;
    Q_EMIT whatIfTold(ticket, share, known, false);
  };
  try {
    if (stop.stop_requested())
      answer->cancelled = true;  // overtaken by a newer one while it waited
    else
      *answer = lab().whatIf(spec, request, tell, stop);
  } catch (const std::exception& e) {
    answer->error = e.what();
  }
  Q_EMIT whatIfTold(ticket, 1, answer, true);
}

void RunWorker::evaluate(const EvalSpec& spec, quint64 ticket, std::stop_token stop) {
  constexpr qint64 kQuietMs = 40;
  auto result = std::make_shared<EvalResult>();
  QElapsedTimer since;
  const EvalSink tell = [&](const EvalProgress& progress) {
    if (!progress.sample && since.isValid() && since.elapsed() < kQuietMs) return;
    since.start();
    Q_EMIT evalTold(ticket, progress);
  };
  try {
    *result = presslab::evaluate(lab(), spec, tell, stop);
  } catch (const std::exception& e) {  // the engine itself could not be made
    result->exitCode = 1;
    result->error = e.what();
  }
  Q_EMIT evalDone(ticket, result);
}

void RunWorker::work(const EngineJob& job, quint64 ticket, std::stop_token stop) {
  job(lab(), stop);
  Q_EMIT worked(ticket);
}

void RunWorker::advise(const AdviceRequest& request, quint64 ticket) {
  AdviceList list;
  try {
    list = lab().advise(request);
  } catch (const std::exception& e) {
    list.error = e.what();
  }
  Q_EMIT advised(ticket, list);
}

void RunWorker::predict(const std::vector<std::string>& methods, qint64 tokens, KvType kv, quint64 request) {
  std::vector<Prediction> out;
  for (const std::string& method : methods) {
    try {
      out.push_back(lab().predict(method, tokens, kv));
    } catch (const std::exception& e) {
      Prediction refused;
      refused.method = method;
      refused.error = e.what();
      out.push_back(std::move(refused));
    }
  }
  Q_EMIT predicted(request, out);
}

}  // namespace presslab
