// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>
#include <functional>
#include <mutex>
#include <stop_token>
#include <vector>

#include "core/api/ask.h"

namespace presslab {

class Lab;
class RunController;

/// Compresses a context on the engine thread and asks it, one request at a time. GUI thread; must live until the controller's thread has ended.
class AskClient : public QObject {
  Q_OBJECT
 public:
  explicit AskClient(RunController* controller, QObject* parent = nullptr);
  /// False while a comparison or another longer job runs. `compressed` follows.
  bool compress(const AskSpec& spec);
  /// `answered` follows.
  bool ask(const QString& question, bool turn);
  void cancel();
  bool busy() const { return m_busy; }

 Q_SIGNALS:
  void told(const presslab::AskEvent& event);  // in the order of sending; tokens of a method that wait for the window come as one
  void compressed(const presslab::AskOutcome& outcome);
  void answered(const presslab::AskOutcome& outcome);

 private:
  struct Box {  // between the engine thread and the window
    std::mutex mutex;
    std::vector<AskEvent> events;
  };
  bool submit(bool ofContext, const std::function<AskOutcome(Lab&, const std::stop_token&)>& work);
  void post(const AskEvent& event);  // engine thread
  void drain();
  RunController* m_controller;
  Box m_box;
  quint64 m_ticket = 0;
  bool m_busy = false, m_ofContext = false;
  AskOutcome m_outcome;  // written on the engine thread while a job runs, read when it is done
};

}  // namespace presslab
