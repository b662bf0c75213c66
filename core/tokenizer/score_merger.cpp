// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// SentencePiece's byte pairs: two neighbours join where their text is a token, the highest score first, the leftmost of equal ones.
#include <algorithm>
#include <array>
#include <queue>

#include "core/api/error.h"
#include "core/tokenizer/merger.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

constexpr uint32_t kEnd = 0xFFFFFFFFu;

/// A stretch of the piece; dead once it was joined to its left neighbour.
struct Symbol {
  uint32_t begin, bytes, prev, next;
  int32_t id;  // -1: no token
};

/// A possible join: rank above place, so the smallest key goes first. bytes tells whether the pair is still the one that was meant.
struct Candidate {
  uint64_t key;
  uint32_t bytes;
  int32_t id;
  bool operator>(const Candidate& other) const { return key > other.key; }
};

class ScoreMerger : public Merger {
 public:
  ScoreMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) : m_table(table) {
    if (v.scores.size() != v.tokens.size()) {
      badInput(v.keyPrefix + "scores: " + std::to_string(v.scores.size()) + " scores for " + std::to_string(v.tokens.size()) + " tokens");
    }
    rankScores(v);
    m_bytes.fill(-1);
    m_ids.reserve(v.tokens.size());
    for (size_t i = 0; i < v.tokens.size(); ++i) {
      const TokenTable::Role role = table.roles[i];
      if (role == TokenTable::Role::Byte) m_bytes[uint8_t(table.pieces[i][0])] = int32_t(i);
      if ((role != TokenTable::Role::Text && role != TokenTable::Role::User) || v.tokens[i].empty()) continue;
      // Stored text with its marks: that is what pieces look like here.
      m_ids.emplace(v.tokens[i], int32_t(i));
      m_longest = std::max(m_longest, v.tokens[i].size());
    }
    const auto missing = std::count(m_bytes.begin(), m_bytes.end(), -1);
    if (missing && table.unk < 0) {
      notices.push_back(v.keyPrefix + "tokens: " + std::to_string(missing) +
                        " byte tokens are missing and there is no unknown token; a text that needs them is refused");
    }
    m_key = v.keyPrefix;
  }

  void append(std::string_view piece, std::vector<int32_t>& out) const override {
    if (piece.size() >= kEnd) badInput("a text of " + std::to_string(piece.size()) + " bytes is too long to tokenise (limit 4294967294)");
    std::vector<Symbol> symbols = characters(piece);
    join(piece, symbols);
    bool unknownBefore = false;
    for (uint32_t i = 0; i < symbols.size(); i = symbols[i].next) {
      const Symbol& s = symbols[i];
      if (s.id >= 0) out.push_back(s.id);
      unknownBefore = s.id < 0 && fallBack(piece.substr(s.begin, s.bytes), unknownBefore, out);
      if (s.next == kEnd) break;
    }
  }

 private:
  /// Equal scores share a rank, so that place decides between them.
  void rankScores(const VocabData& v) {
    std::vector<float> order = v.scores;
    std::sort(order.begin(), order.end(), std::greater<float>());
    order.erase(std::unique(order.begin(), order.end()), order.end());
    m_ranks.reserve(v.scores.size());
    for (const float s : v.scores)
      m_ranks.push_back(uint32_t(std::lower_bound(order.begin(), order.end(), s, std::greater<float>()) - order.begin()));
  }

  int32_t find(std::string_view text) const {
    if (text.size() > m_longest) return -1;
    const auto it = m_ids.find(text);
    return it == m_ids.end() ? -1 : it->second;
  }

  std::vector<Symbol> characters(std::string_view piece) const {
    std::vector<Symbol> symbols;
    symbols.reserve(piece.size());
    for (size_t pos = 0; pos < piece.size();) {
      const Utf8Char c = decodeUtf8(piece, pos);
      const uint32_t i = uint32_t(symbols.size());
      const bool last = pos + c.bytes == piece.size();
      symbols.push_back({uint32_t(pos), c.bytes, i ? i - 1 : kEnd, last ? kEnd : i + 1, find(piece.substr(pos, c.bytes))});
      pos += c.bytes;
    }
    return symbols;
  }

  bool candidate(std::string_view piece, const std::vector<Symbol>& symbols, uint32_t left, Candidate& c) const {
    const uint32_t right = symbols[left].next;
    if (right == kEnd) return false;
    const uint32_t bytes = symbols[left].bytes + symbols[right].bytes;
    const int32_t id = find(piece.substr(symbols[left].begin, bytes));
    if (id < 0) return false;
    c = {uint64_t(m_ranks[size_t(id)]) << 32 | left, bytes, id};
    return true;
  }

  void join(std::string_view piece, std::vector<Symbol>& symbols) const {
    std::vector<Candidate> first;
    Candidate c{};
    for (uint32_t i = 0; i < symbols.size(); ++i) {
      if (candidate(piece, symbols, i, c)) first.push_back(c);
    }
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<Candidate>> queue(std::greater<Candidate>(), std::move(first));
    while (!queue.empty()) {
      const Candidate best = queue.top();
      queue.pop();
      Symbol& left = symbols[uint32_t(best.key)];
      if (left.bytes == 0 || left.next == kEnd || left.bytes + symbols[left.next].bytes != best.bytes) continue;  // merged otherwise meanwhile
      Symbol& right = symbols[left.next];
      left.bytes = best.bytes;
      left.id = best.id;
      left.next = right.next;
      right.bytes = 0;
      if (left.next != kEnd) symbols[left.next].prev = uint32_t(best.key);
      if (candidate(piece, symbols, uint32_t(best.key), c)) queue.push(c);
      if (left.prev != kEnd && candidate(piece, symbols, left.prev, c)) queue.push(c);
    }
  }

  /// A character without token: its bytes, else the unknown token, once for a row of them. True when it was the unknown token.
  bool fallBack(std::string_view text, bool unknownBefore, std::vector<int32_t>& out) const {
    const auto known = [&](char b) { return m_bytes[uint8_t(b)] >= 0; };
    if (std::all_of(text.begin(), text.end(), known)) {
      for (const char b : text) out.push_back(m_bytes[uint8_t(b)]);
      return false;
    }
    if (m_table.unk < 0) badInput(m_key + "tokens: no token for byte " + hexByte(uint8_t(text[0])) + " and no unknown token");
    if (!unknownBefore) out.push_back(m_table.unk);
    return true;
  }

  const TokenTable& m_table;
  TextIds m_ids;
  std::vector<uint32_t> m_ranks;
  std::array<int32_t, 256> m_bytes{};
  size_t m_longest = 0;
  std::string m_key;
};

}  // namespace

std::unique_ptr<Merger> makeScoreMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) {
  return std::make_unique<ScoreMerger>(v, table, notices);
}

}  // namespace presslab
