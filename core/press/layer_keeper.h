// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// What a layer holds at the end of a decoded token. Lives for one call.
class HeldLayer {
 public:
  virtual ~HeldLayer() = default;
  int layer = 0, heads = 0;  // KV heads
  int64_t position = 0;      // of the newest token
  int64_t since = 0;         // decoded tokens since the layer's last cut, the newest included
  /// Position of each slot of a head, ascending.
  virtual std::span<const int32_t> positions(int head) const = 0;
  /// Attention that each slot has got from the tokens decoded so far, mean over the group; empty unless LayerKeeper::attention.
  virtual std::span<const float> attention(int head) const = 0;
  /// Rows [first, first + count) of a head as DecodeKeeper::keep gets them. Valid until the next call.
  virtual LayerTrace rows(int head, int64_t first, int64_t count) = 0;
};

/// What one head loses. Slots ascend.
struct HeadCut {
  /// The value of a lost slot is added to that of a kept one: v += weight * v_from.
  struct Addition {
    int32_t from = 0, into = 0;  // slots before the cut
    float weight = 0;
  };
  std::vector<int32_t> kept;     // a large cut: what stays; the bytes go back. Empty: everything but `dropped`
  std::vector<int32_t> dropped;  // a few slots: their room is left to the next tokens of the head
  std::vector<Addition> added;
};

/// Compression while decoding that looks at all heads of a layer together, or at what they were attended to. Asked at the end of every token from the
/// `every`th after a layer's last cut on. keep() is not called. Layers with rings are left alone.
class LayerKeeper : public DecodeKeeper {
 public:
  bool attention = false;  // HeldLayer::attention is read
  /// One cut a head, or nothing where nothing is due. Engine thread.
  virtual std::vector<HeadCut> cut(HeldLayer&, const HeadShape& oneHead) const = 0;
  std::vector<int32_t> keep(const LayerTrace&, const HeadShape&) const final { return {}; }
};

}  // namespace presslab
