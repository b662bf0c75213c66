// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <memory>

#include "core/api/claims_report.h"

namespace presslab {

class RunController;

/// Asks the engine thread for a claims report, one at a time. GUI thread; must live until the controller's thread has ended.
class ClaimsClient : public QObject {
  Q_OBJECT
 public:
  explicit ClaimsClient(RunController* controller, QObject* parent = nullptr);
  /// False while a comparison or another longer job runs.
  bool start(const ClaimsSpec& spec);
  void cancel();  // `finished` follows with what was measured until then
  bool busy() const { return m_ticket != 0; }

 Q_SIGNALS:
  /// At most four times a second, and always when the report has grown.
  void progressed(const presslab::ClaimsProgress& progress);
  void finished(const std::shared_ptr<const presslab::ClaimsReport>& report);

 private:
  RunController* m_controller;
  quint64 m_ticket = 0;
  std::shared_ptr<const ClaimsReport> m_report;  // written on the engine thread while a job runs, read when it is done
};

}  // namespace presslab
