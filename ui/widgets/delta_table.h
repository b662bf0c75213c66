// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTableWidget>

#include "core/api/what_if.h"

namespace presslab {

/// Bytes and quality before and after a change, with the change of each.
class DeltaTable : public QTableWidget {
  Q_OBJECT
 public:
  explicit DeltaTable(QWidget* parent = nullptr);
  /// null: nothing is known yet.
  void set(const WhatIfAnswer* answer);
  void setExperts(bool on) { m_experts = on; }  // rows of load balance too

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void row(const QString& name, double before, double after, int decimals, const QString& unit, int better);
  WhatIfAnswer m_answer;
  bool m_known = false, m_experts = false;
};

/// Mean and largest max/mean over the layers; NaN without experts.
struct BalanceSummary {
  double mean, worst;
  int64_t dropped = 0;
};
BalanceSummary summaryOf(const std::vector<BalanceMetrics>& balance);

}  // namespace presslab
