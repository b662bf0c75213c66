// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/utf8.h"

#include <utf8proc.h>

#include <array>

namespace presslab {

namespace {

CharClass asciiClass(uint32_t c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CharClass::Letter;
  if (c >= '0' && c <= '9') return CharClass::Number;
  if (c == ' ' || (c >= 9 && c <= 13)) return CharClass::Space;
  return CharClass::Other;
}

const std::array<CharClass, 128>& asciiTable() {
  static const std::array<CharClass, 128> table = [] {
    std::array<CharClass, 128> t{};
    for (uint32_t c = 0; c < 128; ++c) t[c] = asciiClass(c);
    return t;
  }();
  return table;
}

bool isUnicodeSpace(uint32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

}  // namespace

Utf8Char decodeUtf8(std::string_view text, size_t pos) {
  const auto byte = [&](size_t i) { return uint32_t(uint8_t(text[pos + i])); };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const size_t left = text.size() - pos;
  const uint32_t b = byte(0);
  if (b < 0x80) return {b, 1};
  if (b >= 0xC2 && b < 0xE0 && left >= 2 && tail(1)) return {(b & 0x1Fu) << 6 | (byte(1) & 0x3Fu), 2};
  if (b >= 0xE0 && b < 0xF0 && left >= 3 && tail(1) && tail(2)) {
    const uint32_t c = (b & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) return {c, 3};
  }
  if (b >= 0xF0 && b < 0xF5 && left >= 4 && tail(1) && tail(2) && tail(3)) {
    const uint32_t c = (b & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
    if (c >= 0x10000 && c <= 0x10FFFF) return {c, 4};
  }
  return {};
}

void appendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xC0 | c >> 6);
    out += char(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += char(0xE0 | c >> 12);
    out += char(0x80 | (c >> 6 & 0x3F));
    out += char(0x80 | (c & 0x3F));
  } else {
    out += char(0xF0 | c >> 18);
    out += char(0x80 | (c >> 12 & 0x3F));
    out += char(0x80 | (c >> 6 & 0x3F));
    out += char(0x80 | (c & 0x3F));
  }
}

namespace {

template <class F>
std::string_view trimWhile(std::string_view s, bool left, bool right, F space) {
  while (left && !s.empty()) {
    const Utf8Char c = decodeUtf8(s, 0);
    if (!space(c.code)) break;
    s.remove_prefix(c.bytes);
  }
  while (right && !s.empty()) {
    size_t at = s.size() - 1;
    for (int i = 0; i < 3 && at > 0 && (uint8_t(s[at]) & 0xC0) == 0x80; ++i) --at;
    const Utf8Char c = decodeUtf8(s, at);
    if (at + c.bytes != s.size() || !space(c.code)) break;
    s.remove_suffix(c.bytes);
  }
  return s;
}

}  // namespace

std::string_view trimUnicode(std::string_view s, bool left, bool right) {
  return trimWhile(s, left, right, [](uint32_t c) { return classOf(c) == CharClass::Space || (c >= 0x1C && c <= 0x1F); });
}

std::string_view trimSpace(std::string_view s, bool left, bool right) {
  return trimWhile(s, left, right, [](uint32_t c) { return classOf(c) == CharClass::Space; });
}

bool isWordCharacter(uint32_t code) {
  if (code > 0x10FFFF) return false;
  if (code == 0x200C || code == 0x200D || (code >= 0x24B6 && code <= 0x24E9)) return true;  // joiners, circled letters
  switch (utf8proc_category(utf8proc_int32_t(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return false;
  }
}

CharClass classOf(uint32_t code) {
  if (code < 128) return asciiTable()[code];
  if (code > 0x10FFFF) return CharClass::Other;
  if (isUnicodeSpace(code)) return CharClass::Space;
  switch (utf8proc_category(utf8proc_int32_t(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharClass::Letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharClass::Number;
    default:
      return CharClass::Other;
  }
}

}  // namespace presslab
