// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/specials.h"

#include <algorithm>

#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

bool wordBefore(std::string_view text, size_t pos) {
  size_t at = pos;
  while (at > 0 && pos - at < 4) {
    --at;
    if ((uint8_t(text[at]) & 0xC0) != 0x80) break;
  }
  return at < pos && isWordCharacter(decodeUtf8(text, at).code);
}

bool wordAt(std::string_view text, size_t pos) { return pos < text.size() && isWordCharacter(decodeUtf8(text, pos).code); }

}  // namespace

void SpecialTokens::add(AddedToken token, bool passes) {
  if (!token.text.empty()) m_tokens.push_back({std::move(token), passes});
}

void SpecialTokens::finish() {
  const auto name = [](const Entry& e) -> const std::string& { return e.token.text; };
  std::stable_sort(m_tokens.begin(), m_tokens.end(), [&](const Entry& a, const Entry& b) { return name(a) < name(b); });
  m_tokens.erase(std::unique(m_tokens.begin(), m_tokens.end(), [&](const Entry& a, const Entry& b) { return name(a) == name(b); }), m_tokens.end());
  for (uint32_t i = 0; i < m_tokens.size(); ++i) {
    auto& range = m_first[uint8_t(m_tokens[i].token.text[0])];
    if (range.second == 0) range.first = i;
    range.second = i + 1;
  }
}

/// Narrows the sorted names byte by byte; a name that ends on the way is the first of its range.
const SpecialTokens::Entry* SpecialTokens::longestAt(std::string_view text, size_t pos) const {
  auto [from, to] = m_first[uint8_t(text[pos])];
  const Entry* best = nullptr;
  for (size_t n = 1; from < to; ++n) {
    if (m_tokens[from].token.text.size() == n) best = &m_tokens[from++];
    if (pos + n >= text.size() || from == to) break;
    const auto byteAt = [&](const Entry& e) { return uint8_t(e.token.text[n]); };
    const uint8_t wanted = uint8_t(text[pos + n]);
    const auto begin = m_tokens.begin();
    const auto low = std::lower_bound(begin + from, begin + to, wanted, [&](const Entry& e, uint8_t b) { return byteAt(e) < b; });
    const auto high = std::upper_bound(low, begin + to, wanted, [&](uint8_t b, const Entry& e) { return b < byteAt(e); });
    from = uint32_t(low - begin);
    to = uint32_t(high - begin);
  }
  return best;
}

SpecialTokens::Match SpecialTokens::find(std::string_view text, size_t from) const {
  if (empty()) return {};
  for (size_t pos = from; pos < text.size();) {
    const Entry* e = longestAt(text, pos);
    if (!e) {
      ++pos;
      continue;
    }
    size_t begin = pos, end = pos + e->token.text.size();
    pos = end;
    if (e->passes || (e->token.singleWord && (wordBefore(text, begin) || wordAt(text, end)))) continue;
    if (e->token.lstrip) begin = from + trimSpace(text.substr(from, begin - from), false, true).size();
    if (e->token.rstrip) end = text.size() - trimSpace(text.substr(end), true, false).size();
    return {begin, end - begin, &e->token};
  }
  return {};
}

}  // namespace presslab
