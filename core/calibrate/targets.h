// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/press/trace.h"

namespace presslab {

/// The part of a layer's trace that calibration works on: `context` tokens as a press would see them, and the continuation's attention.
class LayerProbe {
 public:
  /// trace covers context + continuation tokens. Queries context + firstQuery .. end count.
  LayerProbe(const LayerTrace& trace, const HeadShape&, int64_t context, int firstQuery);
  LayerProbe(const LayerProbe&) = delete;
  LayerProbe& operator=(const LayerProbe&) = delete;

  const LayerTrace& context() const { return m_context; }  // tokens = context
  int queries() const { return m_queries; }

  /// y1 of a head: mean over queries and group of the attention on each context token, times |v_i|. out: (context).
  void futureAttention(int head, float* out) const;

  /// Squared output error relative to the residual when the head holds only a part of the context, for nested parts: order lists context
  /// positions, best first; sizes ascend. Attention is renormalised over the part and all continuation keys. gram is W_o,h' W_o,h of
  /// the head, (group * headDim)^2. Returns one mean error per size.
  std::vector<double> errorCurve(int head, std::span<const int32_t> order, std::span<const int64_t> sizes, const std::vector<float>& gram) const;

 private:
  const LayerTrace& m_trace;
  HeadShape m_shape;
  LayerTrace m_context;
  std::vector<float> m_k, m_v;     // context rows alone
  std::vector<float> m_probs;      // (kvHeads, group, queries, tokens) unnormalised weights
  std::vector<double> m_residual;  // |residual|^2 per query
  int64_t m_tokens = 0;            // context + continuation
  int m_queries = 0, m_first = 0;
  const float* probs(int head, int group, int query) const;
};

/// y2 of one query head (KVzip): the strongest attention on each context token over all tokens that stand behind the context, which are a request
/// to repeat it and the repetition. trace covers all of them. out: (context). A KV head's y2 is the maximum over its group.
void repeatAttention(const LayerTrace& trace, const HeadShape&, int64_t context, int queryHead, float* out);

/// W_o,h' W_o,h for one KV head from W_o (hidden, queryHeads * headDim).
std::vector<float> headGram(const std::vector<float>& outputProjection, const HeadShape&, int head);

}  // namespace presslab
