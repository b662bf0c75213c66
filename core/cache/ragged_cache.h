// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/cache/block_store.h"
#include "core/cache/page_arena.h"
#include "core/press/press.h"
#include "kernels/kernels.h"

namespace presslab {

/// Keys and values of one sequence: every layer and KV head has its own length. All heads of all layers lie packed in one mapping, so
/// page rounding costs at most one page over the whole cache (and one over its quantised blocks). Layer by layer: K of each head, then V of each
/// head, each array with room for `capacity` rows. Eviction moves the kept rows together in place and gives the pages behind them back to the system.
/// A layer may be kept with its older rows quantised: then a head's slots are first those of its blocks (BlockStore), then its rows.
/// Used by one thread at a time.
class RaggedCache {
 public:
  RaggedCache(int layers, int kvHeads, int headDim, kernels::Elem elem);

  /// Room for `tokens` rows in every head of a layer that is still empty, positions 0..tokens-1; the rows are then written through
  /// kRow and vRow. Layers are begun in order. Throws Failure(NoMemory).
  void beginLayer(int layer, int64_t tokens);
  /// Keeps only the given rows of a layer that stands whole, frees the rest and sets rings. Throws Failure(Failed) when the kept
  /// positions do not ascend, do not exist, or are more than the ring holds.
  void keep(int layer, const LayerKeep&);
  /// Keeps only the given slots (ascending) of every head, index layer * kvHeads + head; an empty list leaves the head as it is. Frees the rest and
  /// all reserved room. Throws Failure(Failed) for rings, quantised heads and slots that do not ascend or exist.
  void keepSlots(const std::vector<std::vector<int32_t>>& slots);
  /// Drops one slot of a head that is no ring and not quantised: the rows behind it move up, its room stays with the head, reserved. Throws
  /// Failure(Failed) for a slot that does not exist.
  void dropSlot(int layer, int head, int64_t slot);
  /// Room for n new tokens in every head that is no full ring. Moves rows in place; throws Failure(NoMemory).
  void reserve(int64_t newTokens);
  /// Slot for a new token of one head: behind the last row, or in a full ring the oldest recent one. Allocates only when no room was
  /// reserved.
  int64_t append(int layer, int head, int32_t position);

  /// Row `slot` of a head, which must not stand in a block; valid until beginLayer, keep, reserve or an append that had to make room.
  std::byte* kRow(int layer, int head, int64_t slot) { return m_arena.data() + at(layer, head).k + (slot - at(layer, head).blockRows) * m_rowBytes; }
  std::byte* vRow(int layer, int head, int64_t slot) { return m_arena.data() + at(layer, head).v + (slot - at(layer, head).blockRows) * m_rowBytes; }
  kernels::KvHeadView view(int layer, int head) const;
  int64_t length(int layer, int head) const { return int64_t(at(layer, head).positions.size()); }
  /// Position of each slot, in storage order.
  std::span<const int32_t> slots(int layer, int head) const { return at(layer, head).positions; }
  std::vector<int32_t> positions(int layer, int head) const;               ///< ascending
  bool isRing(int layer, int head) const { return at(layer, head).ring; }  ///< its slots need not ascend
  int64_t headBytes(int layer, int head) const;

  int64_t usedBytes() const { return 2 * m_rowBytes * m_rows + m_blocks.usedBytes(); }
  int64_t reservedBytes() const { return reservedRows() + m_blocks.reservedBytes(); }
  int64_t heldBytes() const { return m_arena.size() - reservedRows() + m_blocks.heldBytes(); }  ///< used and the page rounding
  int64_t indexBytes() const;
  int64_t peakBytes() const { return m_peak; }
  kernels::Elem elem() const { return m_elem; }
  int headDim() const { return m_headDim; }

  /// A copy that owns its storage, with the same room reserved. Pages of the room are not touched.
  RaggedCache clone() const;

 private:
  struct Head {
    int64_t k = 0, v = 0;            // byte offsets in the arena
    int64_t capacity = 0;            // rows
    std::vector<int32_t> positions;  // of each slot; its size is the length
    bool ring = false;
    int64_t sink = 0, ringRows = 0;  // rows of a full ring
    int64_t next = 0;                // slot that a full ring overwrites
    int64_t blockRows = 0;           // leading slots that stand in blocks
    int64_t residual = -1;           // rows that stay rows; below 0: nothing is quantised
    int64_t rows() const { return int64_t(positions.size()) - blockRows; }
  };
  Head& at(int layer, int head) { return m_heads[size_t(layer) * size_t(m_kvHeads) + size_t(head)]; }
  const Head& at(int layer, int head) const { return m_heads[size_t(layer) * size_t(m_kvHeads) + size_t(head)]; }
  int index(int layer, int head) const { return layer * m_kvHeads + head; }
  int64_t layerBytes(int layer) const;
  int64_t reservedRows() const { return 2 * m_rowBytes * (m_capacity - m_rows); }
  int64_t gather(int64_t from, int64_t to, std::span<const int32_t> rows);
  void quantiseKept(int layer, const LayerKeep&);
  void quantise(int layer, int head, const int32_t* rows);
  void pushBlock(int layer, int head);
  void reserveBlocks(int64_t newTokens);
  void notePeak();

  int m_layers, m_kvHeads, m_headDim;
  kernels::Elem m_elem;
  int64_t m_rowBytes;
  int64_t m_rows = 0, m_capacity = 0, m_peak = 0;
  std::vector<Head> m_heads;  // layer * kvHeads + head
  PageArena m_arena;
  BlockStore m_blocks;
  std::vector<float> m_blockRows;  // (2, 32, headDim): rows on their way into a block
};

}  // namespace presslab
