// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QThread>
#include <memory>
#include <stop_token>
#include <vector>

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
  /// Only the newest request is answered.
  void predict(const std::vector<std::string>& methods, qint64 tokens, KvType kv);

 Q_SIGNALS:
  void piecesReady(const QString& id, const std::vector<std::string>& pieces);
  void stateChanged();
  void modelLoaded(const presslab::ModelInfo& info);
  void failed(const QString& reason);
  void finished(const presslab::RunOutcome& outcome);
  void predicted(const std::vector<presslab::Prediction>& predictions);
  void repaint();  // at most 30 a second

 private:
  void setState(State state);
  void drain();
  std::shared_ptr<Mailbox> m_mailbox;
  ComparisonModel* m_model;
  QThread m_thread;
  RunWorker* m_worker;
  Throttle m_throttle;
  std::stop_source m_stop;
  quint64 m_run = 0, m_request = 0;
  State m_state = State::Empty;
  bool m_haveModel = false;
};

}  // namespace presslab
