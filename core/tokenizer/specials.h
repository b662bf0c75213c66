// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace presslab {

/// Tokens that are found in a text by their exact name: the longest at the leftmost place wins.
class SpecialTokens {
 public:
  struct Match { size_t pos = std::string_view::npos, bytes = 0; int32_t id = -1; };

  void add(const std::string& name, int32_t id);
  bool empty() const { return m_ids.empty(); }
  /// The first match at or after `from`; pos is npos when there is none. Linear in the text.
  Match find(std::string_view text, size_t from) const;

 private:
  std::unordered_map<std::string, int32_t> m_ids;
  std::array<std::vector<size_t>, 256> m_lengths;   // by first byte, descending
};

}  // namespace presslab
