// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cache/ragged_cache.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/press/check_keep.h"

namespace presslab {
namespace {

constexpr int64_t kGrowth = 64;  // rows added to each head when nothing was reserved

}  // namespace

RaggedCache::RaggedCache(int layers, int kvHeads, int headDim, kernels::Elem elem)
    : m_layers(layers),
      m_kvHeads(kvHeads),
      m_headDim(headDim),
      m_elem(elem),
      m_rowBytes(kernels::rowBytes(elem, headDim)),
      m_heads(size_t(layers) * size_t(kvHeads)),
      m_blocks(layers * kvHeads, headDim) {}

void RaggedCache::notePeak() { m_peak = std::max(m_peak, heldBytes()); }

int64_t RaggedCache::layerBytes(int layer) const {
  int64_t rows = 0;
  for (int h = 0; h < m_kvHeads; ++h) rows += at(layer, h).capacity;
  return 2 * m_rowBytes * rows;
}

void RaggedCache::beginLayer(int layer, int64_t tokens) {
  for (int l = layer; l < m_layers; ++l)
    if (layerBytes(l) != 0)
      throw Failure(ErrorCode::Failed, "KV cache: layer " + std::to_string(layer) + " is begun after layer " + std::to_string(l));
  int64_t offset = 2 * m_rowBytes * m_capacity;
  m_arena.resize(offset + 2 * m_rowBytes * tokens * m_kvHeads);
  for (int h = 0; h < m_kvHeads; ++h, offset += tokens * m_rowBytes) at(layer, h).k = offset;
  for (int h = 0; h < m_kvHeads; ++h, offset += tokens * m_rowBytes) at(layer, h).v = offset;
  for (int h = 0; h < m_kvHeads; ++h) {
    Head& head = at(layer, h);
    head.capacity = tokens;
    head.positions.resize(size_t(tokens));
    std::iota(head.positions.begin(), head.positions.end(), 0);
  }
  m_capacity += tokens * m_kvHeads;
  m_rows += tokens * m_kvHeads;
  notePeak();
}

int64_t RaggedCache::headBytes(int layer, int head) const { return 2 * m_rowBytes * at(layer, head).rows() + m_blocks.headBytes(index(layer, head)); }

int64_t RaggedCache::gather(int64_t from, int64_t to, std::span<const int32_t> rows) {
  kernels::compactRows(m_arena.data() + to, m_arena.data() + from, m_rowBytes, rows.data(), int64_t(rows.size()));
  to += int64_t(rows.size()) * m_rowBytes;
  return to;
}

void RaggedCache::keep(int layer, const LayerKeep& kept) {
  if (int(kept.heads.size()) != m_kvHeads) throw Failure(ErrorCode::Failed, cachePlace(layer, int(kept.heads.size())) + "heads are missing");
  for (int h = 0; h < m_kvHeads; ++h) checkKeep(kept.heads[size_t(h)], length(layer, h), layer, h);
  quantiseKept(layer, kept);
  const int64_t start = at(layer, 0).k, before = layerBytes(layer);
  const auto rowsOf = [&](int h) { return std::span(kept.heads[size_t(h)].positions).subspan(size_t(at(layer, h).blockRows)); };
  int64_t to = start;
  for (int h = 0; h < m_kvHeads; ++h) {
    const int64_t from = std::exchange(at(layer, h).k, to);
    to = gather(from, to, rowsOf(h));
  }
  for (int h = 0; h < m_kvHeads; ++h) {
    const int64_t from = std::exchange(at(layer, h).v, to);
    to = gather(from, to, rowsOf(h));
  }
  for (int h = 0; h < m_kvHeads; ++h) {
    Head& head = at(layer, h);
    const HeadKeep& keep = kept.heads[size_t(h)];
    m_rows -= int64_t(head.positions.size());
    m_capacity -= head.capacity;
    head.positions = std::vector<int32_t>(keep.positions);  // a new vector: the old one's room goes back too
    head.capacity = head.rows();
    head.ring = keep.ring;
    head.sink = head.next = keep.sink;
    // The token being decoded always needs a place, so a ring without recent tokens has one.
    head.ringRows = keep.sink + std::max<int64_t>(keep.recent, 1);
    m_rows += head.capacity;
    m_capacity += head.capacity;
  }
  // Layers behind this one (when a press runs after the whole cache stands) close up.
  const int64_t gap = start + before - to, tail = 2 * m_rowBytes * m_capacity - to;
  if (tail > 0 && gap > 0) {
    std::memmove(m_arena.data() + to, m_arena.data() + to + gap, size_t(tail));
    for (int l = layer + 1; l < m_layers; ++l)
      for (int h = 0; h < m_kvHeads; ++h) {
        at(l, h).k -= gap;
        at(l, h).v -= gap;
      }
  }
  m_arena.resize(2 * m_rowBytes * m_capacity);
}

void RaggedCache::keepSlots(const std::vector<std::vector<int32_t>>& slots) {
  for (size_t i = 0; i < m_heads.size(); ++i) {
    const int layer = int(i) / m_kvHeads, h = int(i) % m_kvHeads;
    int32_t before = -1;
    for (const int32_t s : slots[i]) {
      if (s <= before || s >= length(layer, h))
        throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "kept slot " + std::to_string(s) + " after " + std::to_string(before));
      before = s;
    }
    if (!slots[i].empty() && (m_heads[i].ring || m_heads[i].blockRows > 0))
      throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "a ring or a quantised head cannot be cut while decoding");
  }
  int64_t to = 0;  // arrays move towards the start, in their order, so nothing is overwritten before it has moved
  std::vector<int32_t> all;
  for (int l = 0; l < m_layers; ++l)
    for (const bool values : {false, true})
      for (int h = 0; h < m_kvHeads; ++h) {
        Head& head = at(l, h);
        const std::vector<int32_t>& chosen = slots[size_t(index(l, h))];
        const int64_t from = std::exchange(values ? head.v : head.k, to);
        all.resize(chosen.empty() ? size_t(head.rows()) : 0);
        std::iota(all.begin(), all.end(), 0);
        to = gather(from, to, chosen.empty() ? all : chosen);
      }
  m_rows = m_capacity = 0;
  for (size_t i = 0; i < m_heads.size(); ++i) {
    Head& head = m_heads[i];
    if (!slots[i].empty()) {
      for (size_t n = 0; n < slots[i].size(); ++n) head.positions[n] = head.positions[size_t(slots[i][n])];
      head.positions.resize(slots[i].size());
    }
    head.capacity = head.rows();
    m_rows += head.capacity;
    m_capacity += head.capacity;
  }
  m_arena.resize(2 * m_rowBytes * m_capacity);
}

void RaggedCache::dropSlot(int layer, int h, int64_t slot) {
  Head& head = at(layer, h);
  const int64_t rows = length(layer, h);
  if (slot < 0 || slot >= rows || head.ring || head.blockRows > 0)
    throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "slot " + std::to_string(slot) + " of " + std::to_string(rows) + " cannot be dropped");
  const auto behind = size_t((rows - slot - 1) * m_rowBytes);
  for (const int64_t array : {head.k, head.v}) {
    std::byte* const row = m_arena.data() + array + slot * m_rowBytes;
    std::memmove(row, row + m_rowBytes, behind);
  }
  head.positions.erase(head.positions.begin() + slot);
  --m_rows;
}

/// Rows of a head that stands whole into the next block of the store.
void RaggedCache::quantise(int layer, int head, const int32_t* rows) {
  const int64_t values = int64_t(kernels::kKvBlock) * m_headDim;
  float* keys = m_blockRows.data();
  for (int i = 0; i < kernels::kKvBlock; ++i) {
    kernels::convertToF32(m_elem, kRow(layer, head, rows[i]), keys + i * m_headDim, m_headDim);
    kernels::convertToF32(m_elem, vRow(layer, head, rows[i]), keys + values + i * m_headDim, m_headDim);
  }
  m_blocks.append(index(layer, head), keys, keys + values);
}

/// Moves what lies before the residual window of each kept head into blocks. Sets blockRows; the rows are still where they were.
void RaggedCache::quantiseKept(int layer, const LayerKeep& kept) {
  if (kept.quant.form == kernels::KvForm::None) return;
  m_blocks.use(kept.quant.form);
  m_blockRows.resize(size_t(2 * kernels::kKvBlock * m_headDim));
  std::vector<int64_t> counts;
  for (const HeadKeep& head : kept.heads) {
    const int64_t old = head.ring ? 0 : int64_t(head.positions.size()) - kept.quant.residual;
    counts.push_back(std::max<int64_t>(old, 0) / kernels::kKvBlock);
  }
  m_blocks.begin(index(layer, 0), counts);
  for (int h = 0; h < m_kvHeads; ++h) {
    const HeadKeep& keep = kept.heads[size_t(h)];
    for (int64_t b = 0; b < counts[size_t(h)]; ++b) quantise(layer, h, keep.positions.data() + b * kernels::kKvBlock);
    at(layer, h).blockRows = counts[size_t(h)] * kernels::kKvBlock;
    at(layer, h).residual = keep.ring ? -1 : kept.quant.residual;
  }
  notePeak();
}

/// The oldest rows of a head become a block, the others close up.
void RaggedCache::pushBlock(int layer, int h) {
  Head& head = at(layer, h);
  int32_t slots[kernels::kKvBlock];
  std::iota(std::begin(slots), std::end(slots), int32_t(head.blockRows));
  quantise(layer, h, slots);
  const int64_t gone = kernels::kKvBlock * m_rowBytes, rest = head.rows() * m_rowBytes - gone;
  for (const int64_t offset : {head.k, head.v}) std::memmove(m_arena.data() + offset, m_arena.data() + offset + gone, size_t(rest));
  head.blockRows += kernels::kKvBlock;
  m_rows -= kernels::kKvBlock;
}

void RaggedCache::reserveBlocks(int64_t newTokens) {
  if (m_blocks.form() == kernels::KvForm::None) return;
  std::vector<int64_t> wanted(m_heads.size());
  for (size_t i = 0; i < m_heads.size(); ++i) {
    const Head& head = m_heads[i];
    const int64_t leaving = head.residual < 0 ? 0 : std::max<int64_t>(head.rows() + newTokens - head.residual, 0);
    wanted[i] = m_blocks.count(int(i)) + leaving / kernels::kKvBlock;
  }
  m_blocks.reserve(wanted);
}

void RaggedCache::reserve(int64_t newTokens) {
  reserveBlocks(newTokens);
  std::vector<int64_t> wanted(m_heads.size());
  int64_t total = 0;
  for (size_t i = 0; i < m_heads.size(); ++i) {
    const Head& head = m_heads[i];
    const int64_t length = head.rows();
    const int64_t room = head.ring ? std::clamp<int64_t>(head.ringRows - length, 0, newTokens) : newTokens;
    wanted[i] = std::max(head.capacity, length + room);
    if (head.residual >= 0) wanted[i] = std::min(wanted[i], std::max(head.capacity, head.residual + kernels::kKvBlock));
    total += wanted[i];
  }
  for (Head& head : m_heads) head.positions.reserve(head.positions.size() + (head.ring && head.rows() >= head.ringRows ? 0 : size_t(newTokens)));
  if (total == m_capacity) return;
  m_arena.resize(2 * m_rowBytes * total);
  // Offsets only grow, so moving from the last array to the first overwrites nothing that is still to move, and needs no second copy.
  std::byte* base = m_arena.data();
  int64_t end = 2 * m_rowBytes * total;
  for (int l = m_layers - 1; l >= 0; --l)
    for (const bool values : {true, false})
      for (int h = m_kvHeads - 1; h >= 0; --h) {
        Head& head = at(l, h);
        int64_t& offset = values ? head.v : head.k;
        end -= wanted[size_t(l) * size_t(m_kvHeads) + size_t(h)] * m_rowBytes;
        if (offset != end && head.rows() > 0) std::memmove(base + end, base + offset, size_t(head.rows() * m_rowBytes));
        offset = end;
      }
  for (size_t i = 0; i < m_heads.size(); ++i) m_heads[i].capacity = wanted[i];
  m_capacity = total;
  notePeak();
}

int64_t RaggedCache::append(int layer, int h, int32_t position) {
  Head& head = at(layer, h);
  const int64_t length = int64_t(head.positions.size());
  if (head.ring && length >= head.ringRows) {
    const int64_t slot = head.next;
    head.next = slot + 1 == length ? head.sink : slot + 1;
    head.positions[size_t(slot)] = position;
    return slot;
  }
  if (head.residual >= 0 && head.rows() >= head.residual + kernels::kKvBlock) pushBlock(layer, h);
  if (head.rows() == head.capacity) reserve(kGrowth);
  head.positions.push_back(position);
  ++m_rows;
  notePeak();
  return length;
}

kernels::KvHeadView RaggedCache::view(int layer, int head) const {
  const Head& x = at(layer, head);
  kernels::KvHeadView v;
  v.k = m_arena.data() + x.k;
  v.v = m_arena.data() + x.v;
  v.length = int64_t(x.positions.size());
  if (x.blockRows == 0) return v;
  v.kBlocks = m_blocks.keys(index(layer, head));
  v.vBlocks = m_blocks.values(index(layer, head));
  v.blockRows = x.blockRows;
  v.form = m_blocks.form();
  return v;
}

std::vector<int32_t> RaggedCache::positions(int layer, int head) const {
  std::vector<int32_t> p = at(layer, head).positions;
  std::sort(p.begin(), p.end());
  return p;
}

int64_t RaggedCache::indexBytes() const {
  int64_t bytes = 0;
  for (const Head& head : m_heads) bytes += int64_t(head.positions.capacity() * sizeof(int32_t));
  return bytes;
}

RaggedCache RaggedCache::clone() const {
  RaggedCache c(m_layers, m_kvHeads, m_headDim, m_elem);
  c.m_heads = m_heads;
  for (size_t i = 0; i < m_heads.size(); ++i) c.m_heads[i].positions.reserve(m_heads[i].positions.capacity());
  c.m_rows = m_rows;
  c.m_capacity = m_capacity;
  c.m_arena.resize(m_arena.size());
  for (const Head& head : m_heads)
    for (const int64_t offset : {head.k, head.v})
      if (head.rows() > 0) std::memcpy(c.m_arena.data() + offset, m_arena.data() + offset, size_t(head.rows() * m_rowBytes));
  c.m_blocks = m_blocks.clone();
  c.m_blockRows.resize(m_blockRows.size());
  c.notePeak();
  return c;
}

}  // namespace presslab
