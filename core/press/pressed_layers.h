// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// What a bounded layer holds after a context: in every head a ring of the window's last tokens.
LayerKeep slidingRings(int kvHeads, int64_t window, int64_t tokens);

/// A press on a model in which some layers are bounded (HeadShape::bounded): the press sees the others alone, numbered without gaps, so its
/// budgets, quotas and patterns are those of a model that consists of them; the bounded layers keep their window. On any other model it is
/// the press itself.
class PressedLayers final : public Press {
 public:
  explicit PressedLayers(PressPtr inner) : m_inner(std::move(inner)) {}
  std::string spec() const override { return m_inner->spec(); }
  TraceNeeds needs() const override { return m_inner->needs(); }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  bool ragged() const override { return m_inner->ragged(); }
  double ratio() const override { return m_inner->ratio(); }
  DeviceNeeds deviceNeeds() const override { return m_inner->deviceNeeds(); }
  bool rereads() const override { return m_inner->rereads(); }
  TraceNeeds rereadNeeds() const override { return m_inner->rereadNeeds(); }
  int64_t predictKept(const RunContext&) const override;
  int64_t predictBytes(const RunContext&, int64_t rowBytes) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;
  std::vector<LayerKeep> plan(const Reread&) override;

 private:
  LayerKeep placed(LayerKeep, int layer) const;

  PressPtr m_inner;
  HeadShape m_shape;
  int64_t m_tokens = 0;
  std::vector<int> m_index;  // of each layer among those that the press sees; -1: bounded
};

}  // namespace presslab
