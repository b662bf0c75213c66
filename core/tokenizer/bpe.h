// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace presslab {

/// Byte-pair merges over token ids: rank r joins (left, right) into result; the lowest rank first, the leftmost of equal ones first.
/// Immutable after finish(), so any thread may merge.
class MergeTable {
 public:
  static constexpr uint32_t kNone = 0xFFFFFFFFu;

  /// Takes the next rank. A pair that has a rank already keeps the lower one; returns false then.
  bool add(int32_t left, int32_t right, int32_t result);
  /// Ends the building. From here on merge() may be called.
  void finish();
  size_t size() const { return m_result.size(); }
  uint32_t rank(int32_t left, int32_t right) const;

  /// Merges the symbols in place until no pair has a rank. Near linear for any length: short pieces are scanned, longer ones take a
  /// heap, and very long ones one ordered pass for each rank (when ranks only grow, as trained vocabularies have it).
  void merge(std::vector<int32_t>& symbols) const;

  /// The three ways behind merge(); the same result, for tests. mergeByRank needs monotone().
  void mergeByScan(std::vector<int32_t>& symbols) const;
  void mergeByHeap(std::vector<int32_t>& symbols) const;
  void mergeByRank(std::vector<int32_t>& symbols) const;
  /// True when each merge ranks after those that make its parts, so a merge never opens a pair of lower rank.
  bool monotone() const { return m_monotone; }

 private:
  struct Slot {
    uint64_t key = ~uint64_t{0};
    uint32_t rank = kNone;
  };
  void grow();

  std::vector<int32_t> m_left, m_right, m_result;
  std::vector<Slot> m_slots;  // open addressing, a power of two, at most half full
  bool m_monotone = true;
};

}  // namespace presslab
