// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "core/press/layer_keeper.h"

namespace presslab {

/// A slot of a head that goes.
struct DroppedSlot {
  int layer = 0, head = 0;
  int32_t slot = 0;
};

/// The cache of a sequence, host's or device's, as compression while decoding works on it. Slots are numbered as they stand.
class HeldCache {
 public:
  virtual ~HeldCache() = default;
  virtual std::span<const int32_t> slots(int layer, int head) const = 0;  ///< position of each slot
  virtual bool isRing(int layer, int head) const = 0;
  /// Rows [first, first + count) as float32, keys or values.
  virtual void readRows(int layer, int head, int64_t first, int64_t count, bool values, float* out) = 0;
  virtual void writeValue(int layer, int head, int64_t slot, const float* row) = 0;
  /// Slots of any heads, of one head the highest first. Their room stays with the head.
  virtual void dropSlots(std::span<const DroppedSlot>) = 0;
  /// Keeps only the given slots of every head, index layer * kvHeads + head; an empty list leaves the head as it is. The bytes go back; then room for
  /// newTokens is made.
  virtual void keepSlots(const std::vector<std::vector<int32_t>>& slots, int64_t newTokens) = 0;
  /// Queries of a layer that were recorded elsewhere than through recordQuery(): (queries, query heads, headDim), the token at position p in row p
  /// mod queries.
  virtual void bringQueries(int layer, std::span<float> out) = 0;
  /// Rotary tables, scale and pool of a layer.
  virtual void describe(LayerTrace&, int layer) const = 0;
};

/// Compression of one sequence while its tokens are decoded: every so many tokens each head is cut to what the keeper chooses. A copy goes on by
/// itself. Engine thread.
class DecodeCompression {
 public:
  DecodeCompression(std::shared_ptr<const DecodeKeeper>, const HeadShape&);
  const std::shared_ptr<const DecodeKeeper>& keeper() const { return m_keeper; }
  int64_t queries() const { return m_keeper->queries; }  ///< latest tokens whose queries are to be recorded
  bool readsAttention() const { return m_layerKeeper && m_layerKeeper->attention; }
  /// Queries of the newest token before their rotation, (query heads, headDim).
  void recordQuery(int layer, int64_t position, const float* q);
  /// Attention of the newest token over the slots of each head, a query head every `stride` values.
  void addAttention(int layer, const HeldCache&, const float* probs, int64_t stride);
  /// The end of the token at `position`.
  void endToken(HeldCache&, int64_t position);

 private:
  class Held;
  struct Cuts;
  LayerTrace heldRows(HeldCache&, int layer, int head, int64_t first, int64_t count);
  void cutHeads(HeldCache&, int layer, Cuts&);
  void cutTogether(HeldCache&, int layer, Cuts&);
  void addValues(HeldCache&, int layer, int head, std::vector<HeadCut::Addition>);
  size_t index(int layer, int head) const { return size_t(layer) * size_t(m_shape.kvHeads) + size_t(head); }
  int64_t queryWidth() const { return int64_t{m_shape.queryHeads()} * m_shape.headDim; }

  std::shared_ptr<const DecodeKeeper> m_keeper;
  const LayerKeeper* m_layerKeeper;  // the same, where it is one that looks at whole layers
  HeadShape m_shape;
  int64_t m_position = 0;
  std::vector<int64_t> m_since;                // layers: decoded tokens since the last cut
  std::vector<float> m_queries;                // (layers, queries, query heads, headDim); token at position p: row p mod queries
  std::vector<std::vector<float>> m_attended;  // by index(): attention that each slot got while decoding, where the keeper reads it
  std::vector<float> m_k, m_v, m_q;            // rows that a keeper looks at
};

}  // namespace presslab
