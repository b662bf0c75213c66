// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// `a+b`: the steps run one after the other, each on the rows that the one before kept, at their own positions, head by head, as if the
/// others had never been in the context. A later step keeps int(n_h * (1 - r)) of the n_h rows of each head, at least 1. The ratio is
/// 1 - prod(1 - r_i).
class ComposedPress final : public Press {
 public:
  /// Why a press cannot be step `index` of a sequence; empty when it can.
  static std::string whyNot(const Press&, size_t index);
  /// Two or more steps that whyNot() accepts.
  explicit ComposedPress(std::vector<PressPtr> steps);

  std::string spec() const override;
  TraceNeeds needs() const override;
  bool wantsCalibration() const override { return m_steps[0]->wantsCalibration(); }
  bool ragged() const override { return m_steps[0]->ragged(); }
  double ratio() const override;
  /// Exact when the first step is a scorer; else the mean length of its heads goes on.
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;

 private:
  const ScorerPress& later(size_t step) const { return static_cast<const ScorerPress&>(*m_steps[step]); }

  std::vector<PressPtr> m_steps;
  RunContext m_run;
};

}  // namespace presslab
