// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/cache/page_arena.h"
#include "kernels/kv_quant.h"

namespace presslab {

/// Quantised blocks of 32 rows of all heads of a cache, packed in one mapping: head by head its key blocks, then its value blocks, each with
/// room for `capacity` blocks. One format for the whole store. Used by one thread at a time.
class BlockStore {
 public:
  BlockStore(int heads, int headDim) : m_headDim(headDim), m_heads(size_t(heads)) {}

  /// Sets the format; a store that holds blocks keeps its own. Throws Failure(Failed) on another one, Failure(BadInput) where headDim is
  /// no multiple of 32.
  void use(kernels::KvForm);
  kernels::KvForm form() const { return m_form; }
  /// Room for `counts[i]` blocks in head first + i, in any order of heads. Throws Failure(NoMemory).
  void begin(int first, const std::vector<int64_t>& counts);
  /// Room for at least `capacity[i]` blocks in every head; moves blocks. Throws Failure(NoMemory).
  void reserve(const std::vector<int64_t>& capacity);
  /// Appends 32 rows (32, headDim) of keys and values. Allocates only when no room was reserved.
  void append(int head, const float* keys, const float* values);

  int64_t count(int head) const { return m_heads[size_t(head)].count; }
  int64_t capacity(int head) const { return m_heads[size_t(head)].capacity; }
  const std::byte* keys(int head) const { return m_arena.data() + m_heads[size_t(head)].offset; }
  const std::byte* values(int head) const { return keys(head) + m_heads[size_t(head)].capacity * m_blockBytes; }
  int64_t headBytes(int head) const { return 2 * m_blockBytes * count(head); }
  int64_t usedBytes() const { return 2 * m_blockBytes * m_count; }
  int64_t reservedBytes() const { return 2 * m_blockBytes * (m_capacity - m_count); }
  int64_t heldBytes() const { return m_arena.size() - reservedBytes(); }  ///< used and the page rounding
  BlockStore clone() const;

 private:
  struct Head {
    int64_t offset = 0, count = 0, capacity = 0;
  };

  int m_headDim;
  kernels::KvForm m_form = kernels::KvForm::None;
  int64_t m_blockBytes = 0, m_count = 0, m_capacity = 0;
  std::vector<Head> m_heads;
  PageArena m_arena;
};

}  // namespace presslab
