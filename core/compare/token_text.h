// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/tokenizer.h"

namespace presslab {

/// The same text with every byte that is not valid UTF-8 replaced by U+FFFD.
std::string validUtf8(std::string_view text);

/// Text of tokens one by one. A character that spans tokens comes whole with its last one; the tokens before give "". Control tokens give
/// their name.
class PieceStream {
 public:
  explicit PieceStream(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}
  std::string next(int32_t id);

 private:
  const Tokenizer& m_tokenizer;
  std::string m_open;  // bytes of an unfinished character
};

/// First part of a text for the run's record, at most `bytes` bytes, cut between characters, line ends as spaces.
std::string headOf(std::string_view text, size_t bytes);

/// 1234567 as "1,234,567".
std::string grouped(int64_t n);

}  // namespace presslab
