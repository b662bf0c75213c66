// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// `decoding` and `compression_ratio_decoding`: every `compression_interval` decoded tokens each head is cut to `target_size` tokens, or to the
/// share 1 - ratio of all tokens so far, by the scores of the press inside. Nothing is dropped during prefill, unless another press stands before
/// it: `snapkv(ratio=0.5)+decoding(knorm)` is kvpress's PrefillDecodingPress. Scores that read queries have those of the tokens since the last cut.
class DecodingPress final : public Press {
 public:
  DecodingPress(const PressInfo&, const PressArgs&, std::vector<PressPtr> inner);
  /// The press of the prefill; null: everything stays.
  void setInner(PressPtr inner) { m_prefill = std::move(inner); }

  std::string spec() const override;
  TraceNeeds needs() const override { return m_prefill ? m_prefill->needs() : TraceNeeds{}; }
  bool wantsCalibration() const override { return m_prefill && m_prefill->wantsCalibration(); }
  bool ragged() const override { return m_prefill && m_prefill->ragged(); }
  double ratio() const override { return m_prefill ? m_prefill->ratio() : 0; }
  bool rereads() const override { return m_prefill && m_prefill->rereads(); }
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;
  std::vector<LayerKeep> plan(const Reread&) override;

 private:
  PressPtr m_prefill;
  std::string m_spec;
  std::shared_ptr<const DecodeKeeper> m_keeper;
  int m_kvHeads = 0;
};

}  // namespace presslab
