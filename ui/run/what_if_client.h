// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>
#include <memory>

#include "core/api/run_spec.h"
#include "core/api/what_if.h"

namespace presslab {

class RunController;

/// One asker of replays: a newer question stops the older one, and only answers to the newest arrive. GUI thread.
class WhatIfClient : public QObject {
  Q_OBJECT
 public:
  explicit WhatIfClient(RunController* controller, QObject* parent = nullptr);
  /// False while a comparison runs or no model is loaded.
  bool ask(const CompareSpec& spec, const WhatIfRequest& request);
  void cancel();
  bool busy() const { return m_ticket != 0; }

 Q_SIGNALS:
  void progressed(double share);
  /// Bytes come first (not complete), then everything. Refusals and cancels arrive as an answer too.
  void answered(const std::shared_ptr<const presslab::WhatIfAnswer>& answer);

 private:
  RunController* m_controller;
  quint64 m_ticket = 0;
  std::shared_ptr<const WhatIfAnswer> m_told;
};

}  // namespace presslab
