// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/inner_scorer.h"
#include "core/press/press.h"

namespace presslab {

/// `decoding` and `compression_ratio_decoding`: every `compression_interval` decoded tokens each head is cut to `target_size` tokens, or to the
/// share 1 - ratio of all tokens so far, by the scores of the press inside. Nothing is dropped during prefill, unless another press stands before
/// it: `snapkv(ratio=0.5)+decoding(knorm)` is kvpress's PrefillDecodingPress. Scores that read queries have those of the tokens since the last cut.
/// `cam` is one with a keeper of its own.
class DecodingPress final : public Press {
 public:
  DecodingPress(const PressInfo&, const PressArgs&, std::vector<PressPtr> inner);
  /// alike: the keeper cuts all heads of a layer in the same way, so they must be of one length.
  DecodingPress(std::string spec, std::shared_ptr<const DecodeKeeper> keeper, bool alike)
      : m_spec(std::move(spec)), m_keeper(std::move(keeper)), m_alike(alike) {}
  /// The press of the prefill; null: everything stays. Throws Failure(BadInput) for one that leaves heads of different lengths where they must be
  /// alike.
  void setInner(PressPtr inner);

  std::string spec() const override;
  TraceNeeds needs() const override { return m_prefill ? m_prefill->needs() : TraceNeeds{}; }
  DeviceNeeds deviceNeeds() const override { return m_prefill ? m_prefill->deviceNeeds() : DeviceNeeds{}; }
  bool wantsCalibration() const override { return m_prefill && m_prefill->wantsCalibration(); }
  bool ragged() const override { return m_prefill && m_prefill->ragged(); }
  double ratio() const override { return m_prefill ? m_prefill->ratio() : 0; }
  bool rereads() const override { return m_prefill && m_prefill->rereads(); }
  TraceNeeds rereadNeeds() const override { return m_prefill ? m_prefill->rereadNeeds() : TraceNeeds{}; }
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;
  std::vector<LayerKeep> plan(const Reread&) override;

 private:
  PressPtr m_prefill;
  std::string m_spec;
  std::shared_ptr<const DecodeKeeper> m_keeper;
  int m_kvHeads = 0;
  bool m_alike = false;
};

/// The scorer of a keeper, and the keeper's own needs set by it. Throws Failure(BadInput) for a scorer that reads what is not there while decoding,
/// or more queries than the interval and the buffer of the arguments hold, or than `target` (0: none) leaves out.
InnerScorer decodeScorer(const std::string& name, const PressArgs&, int64_t target, PressPtr inner, DecodeKeeper& keeper);

}  // namespace presslab
