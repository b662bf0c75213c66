// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/methods/bind_args.h"
#include "core/routed/routed_press.h"

namespace presslab {

/// The guide's literal `eplb(ratio=.35)+duo(ratio=.15)`: the router cuts every head to its quota, then Duo streams heads of what is left.
///
/// With H heads and n = int(T * (1 - r_eplb)), the router keeps H*n head-tokens; of those int(H*n * (1 - r_duo)) stay, exactly. Heads stream
/// in Duo's order: such a head keeps the first `sink` and the last `recent` of the rows that the router left it (as a ring while decoding); the
/// last one keeps a longer recent part, so that the count is met. The window is chosen for n tokens as duo chooses it.
class EplbThenDuo final : public DuoPress {
 public:
  EplbThenDuo(std::unique_ptr<RoutedPress> eplb, const PressArgs& duo);
  std::string spec() const override;
  TraceNeeds needs() const override { return m_eplb->needs(); }
  bool wantsCalibration() const override { return m_eplb->wantsCalibration() || DuoPress::wantsCalibration(); }
  double ratio() const override;
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;

 private:
  RunContext afterEplb(const RunContext&) const;

  std::unique_ptr<RoutedPress> m_eplb;
  std::vector<int64_t> m_recentOf;  // by head id: recent rows of a streaming head, -1: as the router left it
};

PressPtr makeEplbThenDuo(BoundStep eplb, BoundStep duo);

}  // namespace presslab
