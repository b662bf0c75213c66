// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/export/text_cells.h"

#include <utf8proc.h>

#include <charconv>
#include <cmath>

#include "core/format/mapped_file.h"

namespace presslab {
namespace {

size_t charBytes(std::string_view s, size_t i) { return utf8CharBytes(reinterpret_cast<const unsigned char*>(s.data()) + i, s.size() - i); }

int digitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

bool isUtf8(std::string_view s) {
  for (size_t i = 0; i < s.size();) {
    const size_t n = charBytes(s, i);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

std::string cleanUtf8(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size();) {
    const size_t n = charBytes(s, i);
    if (n == 0)
      out += "\xEF\xBF\xBD";
    else if (s[i] == '\0')
      out += "\xE2\x90\x80";
    else
      out.append(s, i, n);
    i += n ? n : 1;
  }
  return out;
}

std::string hexOf(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[uint8_t(c) >> 4];
    out += kDigits[uint8_t(c) & 15];
  }
  return out;
}

bool bytesOfHex(std::string_view hex, std::string& bytes) {
  if (hex.size() % 2) return false;
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = digitOf(hex[i]), low = digitOf(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out += char(high * 16 + low);
  }
  bytes = std::move(out);
  return true;
}

std::string exactNumber(double v) {
  if (!std::isfinite(v)) return {};
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  return {text, end};
}

std::string exactNumber(int64_t v) { return std::to_string(v); }

std::string roundedNumber(double v, int decimals) {
  if (!std::isfinite(v)) return "-";
  char text[400];  // the largest double has 309 digits
  const auto end = std::to_chars(text, text + sizeof text, v, std::chars_format::fixed, decimals).ptr;
  std::string out(text, end);
  // "-0.00" says nothing that "0.00" does not.
  if (out[0] == '-' && out.find_first_not_of("-0.") == std::string::npos) out.erase(0, 1);
  return out;
}

std::string powerOfTen(double v) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, v, std::chars_format::scientific, 1).ptr;
  return {text, end};
}

int displayWidth(std::string_view s) {
  int width = 0;
  for (size_t i = 0; i < s.size();) {
    const size_t n = charBytes(s, i);
    utf8proc_int32_t code = 0xFFFD;
    if (n > 0) utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(s.data()) + i, utf8proc_ssize_t(n), &code);
    width += utf8proc_charwidth(code);
    i += n ? n : 1;
  }
  return width;
}

}  // namespace presslab
