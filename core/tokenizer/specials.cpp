// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/specials.h"

#include <algorithm>
#include <functional>

namespace presslab {

void SpecialTokens::add(const std::string& name, int32_t id) {
  if (name.empty() || !m_ids.emplace(name, id).second) return;
  std::vector<size_t>& lengths = m_lengths[uint8_t(name[0])];
  const auto at = std::lower_bound(lengths.begin(), lengths.end(), name.size(), std::greater<size_t>());
  if (at == lengths.end() || *at != name.size()) lengths.insert(at, name.size());
}

SpecialTokens::Match SpecialTokens::find(std::string_view text, size_t from) const {
  for (size_t pos = from; pos < text.size() && !empty(); ++pos) {
    for (const size_t n : m_lengths[uint8_t(text[pos])]) {
      if (n > text.size() - pos) continue;
      const auto found = m_ids.find(std::string(text.substr(pos, n)));
      if (found != m_ids.end()) return {pos, n, found->second};
    }
  }
  return {};
}

}  // namespace presslab
