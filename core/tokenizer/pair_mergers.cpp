// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Byte pairs by a list of merges: over bytes (GPT-2 and its kin), and over characters with bytes to fall back to.
#include <algorithm>
#include <array>

#include "core/api/error.h"
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/merger.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

using Role = TokenTable::Role;

/// A control token is nothing that text becomes. An added one can be the result of merges too.
bool becomes(Role role) { return role == Role::Text || role == Role::User; }

/// The tokens that text can become, by their stored form; of two with the same form the first.
TextIds textIds(const VocabData& v, const TokenTable& table) {
  TextIds ids;
  ids.reserve(v.tokens.size());
  for (size_t i = 0; i < v.tokens.size(); ++i) {
    if (becomes(table.roles[i])) ids.emplace(v.tokens[i], int32_t(i));
  }
  return ids;
}

void readStoredMerges(const VocabData& v, const TextIds& ids, MergeTable& merges, std::vector<std::string>& notices) {
  size_t skipped = 0, example = 0;
  const auto idOf = [&](std::string_view text) {
    const auto it = ids.find(text);
    return it == ids.end() ? -1 : it->second;
  };
  for (size_t i = 0; i < v.merges.size(); ++i) {
    const std::string& m = v.merges[i];
    const size_t space = m.find(' ', 1);  // a stored token never holds a space; the first half is never empty
    if (space == std::string::npos || space + 1 == m.size()) {
      badInput(v.keyPrefix + "merges[" + std::to_string(i) + "]: '" + shownToken(m) + "' is no pair of two tokens");
    }
    const std::string left = m.substr(0, space), right = m.substr(space + 1);
    const int32_t l = idOf(left), r = idOf(right), joined = idOf(left + right);
    if (l < 0 || r < 0 || joined < 0) {
      if (!skipped++) example = i;
      continue;
    }
    merges.add(l, r, joined);
  }
  if (skipped) {
    notices.push_back(v.keyPrefix + "merges: " + std::to_string(skipped) + " of " + std::to_string(v.merges.size()) +
                      " merges skipped, a part or the result is no token (first: merges[" + std::to_string(example) + "] '" +
                      shownToken(v.merges[example]) + "')");
  }
}

class PairMerger : public Merger {
 public:
  PairMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) : m_table(table), m_key(v.keyPrefix) {
    TextIds ids = textIds(v, table);
    if (v.mergeIds.empty()) readStoredMerges(v, ids, m_merges, notices);
    for (const VocabData::Merge& m : v.mergeIds) {
      const auto may = [&](int32_t id) { return becomes(table.roles[size_t(id)]) || table.roles[size_t(id)] == Role::Byte; };
      if (may(m.left) && may(m.right) && may(m.result)) m_merges.add(m.left, m.right, m.result);
    }
    m_merges.finish();
    m_ids = std::move(ids);
  }

 protected:
  void refuse(uint8_t byte) const { badInput(m_key + "tokens: no token for byte " + hexByte(byte) + " and no " + m_key + "unknown_token_id"); }

  const TokenTable& m_table;
  std::string m_key;
  TextIds m_ids;  // by stored form
  MergeTable m_merges;
};

class ByteMerger : public PairMerger {
 public:
  ByteMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) : PairMerger(v, table, notices) {
    m_bytes.fill(-1);
    m_ids.clear();
    for (size_t i = 0; i < table.pieces.size(); ++i) {
      const std::string& piece = table.pieces[i];
      if (table.roles[i] != Role::Text && table.roles[i] != Role::Byte) continue;
      if (piece.size() == 1 && m_bytes[uint8_t(piece[0])] < 0) m_bytes[uint8_t(piece[0])] = int32_t(i);
      if (v.ignoreMerges) m_ids.emplace(piece, int32_t(i));
    }
    const auto missing = std::count(m_bytes.begin(), m_bytes.end(), -1);
    if (!missing) return;
    const auto first = std::find(m_bytes.begin(), m_bytes.end(), -1) - m_bytes.begin();
    notices.push_back(v.keyPrefix + "tokens: " + std::to_string(missing) + " bytes have no token (first: " + hexByte(uint8_t(first)) + "); " +
                      (table.leavesOut  ? "they are left out of a text"
                       : table.unk >= 0 ? "they become the unknown token"
                                        : "a text with them is refused"));
  }

  void append(std::string_view piece, std::vector<int32_t>& out) const override {
    if (!m_ids.empty()) {
      const auto whole = m_ids.find(piece);
      if (whole != m_ids.end()) {
        out.push_back(whole->second);
        return;
      }
    }
    std::vector<int32_t> symbols;
    symbols.reserve(piece.size());
    for (const char c : piece) {
      const int32_t id = m_bytes[uint8_t(c)];
      if (id < 0 && m_table.leavesOut) continue;
      if (id < 0 && m_table.unk < 0) refuse(uint8_t(c));
      symbols.push_back(id < 0 ? m_table.unk : id);
    }
    m_merges.merge(symbols);
    out.insert(out.end(), symbols.begin(), symbols.end());
  }

 private:
  std::array<int32_t, 256> m_bytes{};
};

class CharacterMerger : public PairMerger {
 public:
  CharacterMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices)
      : PairMerger(v, table, notices), m_whole(v.ignoreMerges), m_fuse(v.fuseUnknown) {
    m_bytes.fill(-1);
    for (size_t i = 0; i < table.pieces.size() && v.byteFallback; ++i) {
      if (table.roles[i] == Role::Byte) m_bytes[uint8_t(table.pieces[i][0])] = int32_t(i);
    }
  }

  void append(std::string_view piece, std::vector<int32_t>& out) const override {
    if (m_whole) {
      const auto whole = m_ids.find(piece);
      if (whole != m_ids.end()) {
        out.push_back(whole->second);
        return;
      }
    }
    std::vector<int32_t> symbols;
    symbols.reserve(piece.size());
    bool unknownBefore = false;
    for (size_t pos = 0; pos < piece.size();) {
      const Utf8Char c = decodeUtf8(piece, pos);
      const std::string_view text = piece.substr(pos, c.bytes);
      pos += c.bytes;
      const auto token = m_ids.find(text);
      if (token != m_ids.end()) symbols.push_back(token->second);
      unknownBefore = token == m_ids.end() && fallBack(text, unknownBefore, symbols);
    }
    m_merges.merge(symbols);
    out.insert(out.end(), symbols.begin(), symbols.end());
  }

 private:
  /// True when the character became the unknown token (or joined the one before).
  bool fallBack(std::string_view text, bool unknownBefore, std::vector<int32_t>& symbols) const {
    if (std::all_of(text.begin(), text.end(), [&](char b) { return m_bytes[uint8_t(b)] >= 0; })) {
      for (const char b : text) symbols.push_back(m_bytes[uint8_t(b)]);
      return false;
    }
    if (m_table.leavesOut) return false;
    if (m_table.unk < 0) refuse(uint8_t(text[0]));
    if (!unknownBefore || !m_fuse) symbols.push_back(m_table.unk);
    return true;
  }

  bool m_whole, m_fuse;
  std::array<int32_t, 256> m_bytes{};
};

}  // namespace

std::unique_ptr<Merger> makeByteMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) {
  return std::make_unique<ByteMerger>(v, table, notices);
}

std::unique_ptr<Merger> makeCharacterMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) {
  return std::make_unique<CharacterMerger>(v, table, notices);
}

std::unique_ptr<Merger> makeMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices) {
  if (v.model == "llama") return makeScoreMerger(v, table, notices);
  return v.model == "bpe" ? makeCharacterMerger(v, table, notices) : makeByteMerger(v, table, notices);
}

}  // namespace presslab
