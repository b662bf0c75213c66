// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cache/block_store.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/api/error.h"

namespace presslab {
namespace {

constexpr int64_t kGrowth = 4;  // blocks added to each head when nothing was reserved

}  // namespace

void BlockStore::use(kernels::KvForm form) {
  if (m_form == form) return;
  if (m_capacity > 0) throw Failure(ErrorCode::Failed, "KV cache: one sequence has two formats of quantised rows");
  if (m_headDim % kernels::kKvBlock != 0) {
    badInput("kvq: the head dimension " + std::to_string(m_headDim) + " is no multiple of " + std::to_string(kernels::kKvBlock));
  }
  m_form = form;
  m_blockBytes = kernels::kvBlockBytes(form, m_headDim);
}

void BlockStore::begin(int first, const std::vector<int64_t>& counts) {
  std::vector<int64_t> wanted(m_heads.size(), 0);
  std::copy(counts.begin(), counts.end(), wanted.begin() + first);
  reserve(wanted);
}

void BlockStore::reserve(const std::vector<int64_t>& capacity) {
  std::vector<int64_t> wanted(m_heads.size());
  int64_t total = 0;
  for (size_t h = 0; h < m_heads.size(); ++h) total += wanted[h] = std::max(capacity[h], m_heads[h].capacity);
  if (total == m_capacity) return;
  m_arena.resize(2 * m_blockBytes * total);
  // Offsets only grow: from the last array to the first nothing is overwritten that is still to move.
  int64_t end = 2 * m_blockBytes * total;
  for (size_t h = m_heads.size(); h-- > 0;) {
    Head& head = m_heads[h];
    const int64_t bytes = head.count * m_blockBytes, oldValues = head.offset + head.capacity * m_blockBytes;
    end -= wanted[h] * m_blockBytes;
    if (bytes && end != oldValues) std::memmove(m_arena.data() + end, m_arena.data() + oldValues, size_t(bytes));
    end -= wanted[h] * m_blockBytes;
    if (bytes && end != head.offset) std::memmove(m_arena.data() + end, m_arena.data() + head.offset, size_t(bytes));
    head.offset = end;
    head.capacity = wanted[h];
  }
  m_capacity = total;
}

void BlockStore::append(int h, const float* keys, const float* values) {
  if (m_heads[size_t(h)].count == m_heads[size_t(h)].capacity) {
    std::vector<int64_t> more(m_heads.size());
    for (size_t i = 0; i < more.size(); ++i) more[i] = m_heads[i].count + kGrowth;
    reserve(more);
  }
  Head& head = m_heads[size_t(h)];
  std::byte* to = m_arena.data() + head.offset + head.count * m_blockBytes;
  kernels::quantiseKvBlock(m_form, false, keys, m_headDim, to);
  kernels::quantiseKvBlock(m_form, true, values, m_headDim, to + head.capacity * m_blockBytes);
  ++head.count;
  ++m_count;
}

BlockStore BlockStore::clone() const {
  BlockStore c(int(m_heads.size()), m_headDim);
  c.m_form = m_form;
  c.m_blockBytes = m_blockBytes;
  c.m_count = m_count;
  c.m_capacity = m_capacity;
  c.m_heads = m_heads;
  c.m_arena.resize(m_arena.size());
  for (const Head& head : m_heads) {
    const size_t bytes = size_t(head.count * m_blockBytes);
    for (const int64_t at : {head.offset, head.offset + head.capacity * m_blockBytes})
      if (bytes) std::memcpy(c.m_arena.data() + at, m_arena.data() + at, bytes);
  }
  return c;
}

}  // namespace presslab
