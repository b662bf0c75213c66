// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/token_text.h"

#include "core/tokenizer/utf8.h"

namespace presslab {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

/// Bytes at the end that may still become a character: a lead byte with too few followers.
size_t unfinished(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return wanted > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string validUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = decodeUtf8(text, at);
    appendUtf8(out, c.code == Utf8Char::kInvalid ? kReplacement : c.code);
    at += c.bytes;
  }
  return out;
}

std::string PieceStream::next(int32_t id) {
  if (m_tokenizer.isControl(id)) {
    std::string piece = validUtf8(m_open + m_tokenizer.piece(id));
    m_open.clear();
    return piece;
  }
  m_open += m_tokenizer.piece(id);
  const size_t rest = unfinished(m_open);
  std::string piece = validUtf8(std::string_view(m_open).substr(0, m_open.size() - rest));
  m_open.erase(0, m_open.size() - rest);
  return piece;
}

std::string headOf(std::string_view text, size_t bytes) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = decodeUtf8(text, at);
    if (out.size() + c.bytes > bytes) return out + "...";
    if (c.code == '\n' || c.code == '\r' || c.code == '\t')
      out += ' ';
    else
      appendUtf8(out, c.code == Utf8Char::kInvalid ? kReplacement : c.code);
    at += c.bytes;
  }
  return out;
}

std::string grouped(int64_t n) {
  std::string digits = std::to_string(n < 0 ? -n : n);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  if (n < 0) digits.insert(0, 1, '-');
  return digits;
}

}  // namespace presslab
