// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/tokenizer/token_table.h"

namespace presslab {

/// Lets a map of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
};
using TextIds = std::unordered_map<std::string, int32_t, TextHash, std::equal_to<>>;

/// Turns one piece of a text into ids by merging. Immutable, so any thread may use it.
class Merger {
 public:
  virtual ~Merger() = default;
  /// Appends the piece's ids. Near linear in its bytes. Throws Failure naming a byte that the vocabulary cannot express.
  virtual void append(std::string_view piece, std::vector<int32_t>& out) const = 0;
};

/// The merger of v.model; remarks (merges skipped, bytes without a token) go to notices. Throws Failure(BadInput) naming the key. The table must
/// outlive it.
std::unique_ptr<Merger> makeMerger(const VocabData& v, const TokenTable& table, std::vector<std::string>& notices);

std::unique_ptr<Merger> makeByteMerger(const VocabData&, const TokenTable&, std::vector<std::string>& notices);
std::unique_ptr<Merger> makeCharacterMerger(const VocabData&, const TokenTable&, std::vector<std::string>& notices);
std::unique_ptr<Merger> makeScoreMerger(const VocabData&, const TokenTable&, std::vector<std::string>& notices);

}  // namespace presslab
