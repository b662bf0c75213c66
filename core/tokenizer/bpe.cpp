// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/bpe.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

namespace presslab {

namespace {

constexpr size_t kScanLimit = 24;       // up to here a scan for each merge beats a heap
constexpr size_t kHeapLimit = 1 << 14;  // beyond it the heap's cache misses cost more than one pass for each rank

uint64_t pairKey(int32_t left, int32_t right) { return uint64_t(uint32_t(left)) << 32 | uint32_t(right); }

size_t hashOf(uint64_t key) {
  key *= 0x9E3779B97F4A7C15ull;
  return size_t(key ^ key >> 29);
}

/// The symbols of a piece as a doubly linked list; a joined right half is dead.
struct Chain {
  static constexpr uint32_t kEnd = 0xFFFFFFFFu;
  static constexpr int32_t kDead = -1;
  std::vector<int32_t> ids;
  std::vector<uint32_t> prev, next;

  explicit Chain(std::vector<int32_t>& symbols) : ids(std::move(symbols)), prev(ids.size()), next(ids.size()) {
    for (size_t i = 0; i < ids.size(); ++i) {
      prev[i] = i ? uint32_t(i - 1) : kEnd;
      next[i] = i + 1 < ids.size() ? uint32_t(i + 1) : kEnd;
    }
  }
  bool holds(uint32_t pos, int32_t left, int32_t right) const { return ids[pos] == left && next[pos] != kEnd && ids[next[pos]] == right; }
  void join(uint32_t pos, int32_t result) {
    const uint32_t gone = next[pos], after = next[gone];
    ids[pos] = result;
    ids[gone] = kDead;
    next[pos] = after;
    if (after != kEnd) prev[after] = pos;
  }
  void moveTo(std::vector<int32_t>& symbols) {
    ids.erase(std::remove(ids.begin(), ids.end(), kDead), ids.end());
    symbols = std::move(ids);
  }
};

}  // namespace

void MergeTable::grow() {
  std::vector<Slot> old = std::move(m_slots);
  m_slots.assign(old.empty() ? 64 : old.size() * 2, Slot{});
  for (const Slot& s : old) {
    if (s.rank == kNone) continue;
    size_t i = hashOf(s.key) & (m_slots.size() - 1);
    while (m_slots[i].rank != kNone) i = (i + 1) & (m_slots.size() - 1);
    m_slots[i] = s;
  }
}

bool MergeTable::add(int32_t left, int32_t right, int32_t result) {
  if (rank(left, right) != kNone) return false;
  if (m_slots.size() < 2 * (m_result.size() + 1)) grow();
  const uint64_t key = pairKey(left, right);
  size_t i = hashOf(key) & (m_slots.size() - 1);
  while (m_slots[i].rank != kNone) i = (i + 1) & (m_slots.size() - 1);
  m_slots[i] = {key, uint32_t(m_result.size())};
  m_left.push_back(left);
  m_right.push_back(right);
  m_result.push_back(result);
  return true;
}

void MergeTable::finish() {
  std::unordered_map<int32_t, size_t> madeLast;  // token -> highest rank that makes it
  for (size_t r = 0; r < size(); ++r) madeLast[m_result[r]] = r;
  m_monotone = true;
  for (size_t r = 0; r < size() && m_monotone; ++r) {
    for (const int32_t part : {m_left[r], m_right[r]}) {
      const auto made = madeLast.find(part);
      if (made != madeLast.end() && made->second >= r) m_monotone = false;
    }
  }
}

uint32_t MergeTable::rank(int32_t left, int32_t right) const {
  if (m_slots.empty()) return kNone;
  const uint64_t key = pairKey(left, right);
  for (size_t i = hashOf(key) & (m_slots.size() - 1);; i = (i + 1) & (m_slots.size() - 1)) {
    if (m_slots[i].rank == kNone || m_slots[i].key == key) return m_slots[i].rank;
  }
}

void MergeTable::merge(std::vector<int32_t>& symbols) const {
  if (symbols.size() <= kScanLimit) return mergeByScan(symbols);
  if (symbols.size() <= kHeapLimit || !m_monotone) return mergeByHeap(symbols);
  mergeByRank(symbols);
}

void MergeTable::mergeByScan(std::vector<int32_t>& symbols) const {
  while (symbols.size() > 1) {
    uint32_t best = kNone;
    size_t where = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const uint32_t r = rank(symbols[i], symbols[i + 1]);
      if (r < best) {
        best = r;
        where = i;
      }
    }
    if (best == kNone) return;
    symbols[where] = m_result[best];
    symbols.erase(symbols.begin() + ptrdiff_t(where) + 1);
  }
}

void MergeTable::mergeByHeap(std::vector<int32_t>& symbols) const {
  Chain chain(symbols);
  std::vector<uint64_t> first;
  const auto entry = [&](uint32_t pos) -> uint64_t {  // rank above position; ~0: no merge
    const uint32_t r = chain.next[pos] == Chain::kEnd ? kNone : rank(chain.ids[pos], chain.ids[chain.next[pos]]);
    return r == kNone ? ~uint64_t{0} : uint64_t(r) << 32 | pos;
  };
  for (uint32_t i = 0; i < chain.ids.size(); ++i) {
    if (const uint64_t e = entry(i); e != ~uint64_t{0}) first.push_back(e);
  }
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<uint64_t>> heap(std::greater<uint64_t>(), std::move(first));
  while (!heap.empty()) {
    const uint32_t r = uint32_t(heap.top() >> 32), pos = uint32_t(heap.top());
    heap.pop();
    if (!chain.holds(pos, m_left[r], m_right[r])) continue;  // one of the two was merged away meanwhile
    chain.join(pos, m_result[r]);
    if (const uint64_t e = entry(pos); e != ~uint64_t{0}) heap.push(e);
    if (chain.prev[pos] == Chain::kEnd) continue;
    if (const uint64_t e = entry(chain.prev[pos]); e != ~uint64_t{0}) heap.push(e);
  }
  chain.moveTo(symbols);
}

void MergeTable::mergeByRank(std::vector<int32_t>& symbols) const {
  Chain chain(symbols);
  std::vector<std::vector<uint32_t>> places(size());  // by rank
  const auto note = [&](uint32_t pos) {
    if (chain.next[pos] == Chain::kEnd) return;
    const uint32_t r = rank(chain.ids[pos], chain.ids[chain.next[pos]]);
    if (r != kNone) places[r].push_back(pos);
  };
  for (uint32_t i = 0; i < chain.ids.size(); ++i) note(i);
  // A merge's own pair never has its own rank again (its text is longer), and monotone ranks only open later ones: one pass is enough.
  for (size_t r = 0; r < size(); ++r) {
    std::vector<uint32_t> at = std::move(places[r]);
    if (!std::is_sorted(at.begin(), at.end())) std::sort(at.begin(), at.end());
    for (const uint32_t pos : at) {
      if (!chain.holds(pos, m_left[r], m_right[r])) continue;
      chain.join(pos, m_result[r]);
      note(pos);
      if (chain.prev[pos] != Chain::kEnd) note(chain.prev[pos]);
    }
  }
  chain.moveTo(symbols);
}

}  // namespace presslab
