// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// `kvq`: what another press keeps, or everything, is stored in blocks of 32 tokens of few bits; the latest rows of each head stay as they are.
/// Keys share scale and minimum by channel, values by token (KIVI, 2402.02750), or both have ggml's q8_0, q4_0. It evicts nothing, so it can
/// stand behind every press: `snapkv(ratio=0.5)+kvq(bits=4)`.
class KvqPress final : public Press {
 public:
  explicit KvqPress(const PressArgs&);
  /// The press whose kept rows are quantised; null: none evicts.
  void setInner(PressPtr inner) { m_inner = std::move(inner); }

  std::string spec() const override;
  TraceNeeds needs() const override { return m_inner ? m_inner->needs() : TraceNeeds{}; }
  bool wantsCalibration() const override { return m_inner && m_inner->wantsCalibration(); }
  bool ragged() const override { return m_inner && m_inner->ragged(); }
  double ratio() const override { return m_inner ? m_inner->ratio() : 0; }
  DeviceNeeds deviceNeeds() const override { return m_inner ? m_inner->deviceNeeds() : DeviceNeeds{}; }
  bool rereads() const override { return m_inner && m_inner->rereads(); }
  TraceNeeds rereadNeeds() const override { return m_inner ? m_inner->rereadNeeds() : TraceNeeds{}; }
  int64_t predictKept(const RunContext&) const override;
  int64_t predictBytes(const RunContext&, int64_t rowBytes) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;
  std::vector<LayerKeep> plan(const Reread&) override;

 private:
  PressPtr m_inner;
  std::string m_spec;
  KvQuant m_quant;
  int m_kvHeads = 0;
};

}  // namespace presslab
