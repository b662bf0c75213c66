// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace presslab {

/// Lists of ascending positions as one bit each, all in one block.
class PackedPositions {
 public:
  void add(std::span<const int32_t> positions) {
    const size_t begin = m_bits.size();
    m_bits.resize(begin + (positions.empty() ? 0 : size_t(positions.back()) / 64 + 1));
    for (const int32_t p : positions) m_bits[begin + size_t(p) / 64] |= uint64_t{1} << (p % 64);
    m_ends.push_back(m_bits.size());
  }
  size_t size() const { return m_ends.size(); }
  std::vector<int32_t> at(size_t list) const {
    const size_t begin = list == 0 ? 0 : m_ends[list - 1];
    size_t count = 0;
    for (size_t word = begin; word < m_ends[list]; ++word) count += size_t(std::popcount(m_bits[word]));
    std::vector<int32_t> positions;
    positions.reserve(count);
    for (size_t word = begin; word < m_ends[list]; ++word)
      for (uint64_t rest = m_bits[word]; rest != 0; rest &= rest - 1) positions.push_back(int32_t((word - begin) * 64) + std::countr_zero(rest));
    return positions;
  }

 private:
  std::vector<uint64_t> m_bits;
  std::vector<size_t> m_ends;
};

}  // namespace presslab
