// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/format/model_file.h"

namespace presslab {

/// Tokens that are found in a text by their exact name: the longest at the leftmost place wins. Immutable after finish().
class SpecialTokens {
 public:
  /// bytes from pos on belong to the token, white space that it takes included; token is null when nothing was found.
  struct Match {
    size_t pos = std::string_view::npos, bytes = 0;
    const AddedToken* token = nullptr;
  };

  /// passes: its name is found, so that no shorter token is found within it, but stays text.
  void add(AddedToken token, bool passes = false);
  void finish();
  bool empty() const { return m_tokens.empty(); }
  /// The first match at or after `from`. Takes time linear in the text, times the longest name.
  Match find(std::string_view text, size_t from) const;

 private:
  struct Entry {
    AddedToken token;
    bool passes;
  };
  const Entry* longestAt(std::string_view text, size_t pos) const;

  std::vector<Entry> m_tokens;                               // sorted by name, unique
  std::array<std::pair<uint32_t, uint32_t>, 256> m_first{};  // the range of names with that first byte
};

}  // namespace presslab
