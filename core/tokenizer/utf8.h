// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace presslab {

/// Stands for a space in SentencePiece-style tokens (U+2581).
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";

/// What the pre-tokenisers ask of a character: \p{L}, \p{N}, \s (Unicode White_Space) or none of them.
enum class CharClass : uint8_t { Letter, Number, Space, Other };

/// One character of a text. A byte that is not part of valid UTF-8 stands alone: kInvalid, one byte, class Other.
struct Utf8Char {
  static constexpr uint32_t kInvalid = 0xFFFFFFFFu;
  uint32_t code = kInvalid;
  uint32_t bytes = 1;
};

/// Strict decoding (no overlong forms, no surrogates) of the character at `pos`; pos < text.size().
Utf8Char decodeUtf8(std::string_view text, size_t pos);
/// Appends a valid code point.
void appendUtf8(std::string& out, uint32_t code);
/// Without the white space at one or both ends (what Python's strip() takes for white space).
std::string_view trimUnicode(std::string_view s, bool left, bool right);
/// The same for Unicode White_Space, which is what tokenizers strip.
std::string_view trimSpace(std::string_view s, bool left, bool right);
/// Part of a word in the sense of \w: letters, marks, digits, connectors.
bool isWordCharacter(uint32_t code);
/// Class of a code point; kInvalid is Other. Categories are those of utf8proc's Unicode version.
CharClass classOf(uint32_t code);

}  // namespace presslab
