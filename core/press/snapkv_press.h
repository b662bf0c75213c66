// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// SnapKV's score. A context that is not longer than the window shrinks it to half of the context, and the row says so.
class SnapKvPress : public ScorerPress {
 public:
  SnapKvPress(const PressInfo&, const PressArgs&);
  TraceNeeds needs() const override { return {.keys = true, .queries = true}; }
  int64_t queriesRead() const override { return m_window; }
  DeviceNeeds deviceNeeds() const override;
  std::vector<std::string> begin(const RunContext&) override;
  void score(const LayerTrace&, const RunContext&, float* out) const override;

 protected:
  int64_t m_window;
  int m_kernel;
};

}  // namespace presslab
