// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/normalizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

constexpr uint32_t kFirstThatChanges = 0x300;  // below it, normal form C changes no character and joins none

struct Range {
  uint32_t first, last;
};

/// Marks of newer Unicode versions. The reference's normal form (that of PyPI's tokenizers 0.22) takes them for letters: they move past no other
/// mark, and what follows joins nothing before them. Models were trained on that form. The last range is half of a newer joined letter.
constexpr Range kNewer[] = {{0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},     {0xC3C, 0xC3C},     {0xD3B, 0xD3C},
                            {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},   {0xA82C, 0xA82C},   {0x10D24, 0x10D27},
                            {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070}, {0x1133B, 0x1133B},
                            {0x1145E, 0x1145E}, {0x11839, 0x1183A}, {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34},
                            {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42},
                            {0x16FF0, 0x16FF1}, {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF},
                            {0x11930, 0x11930}};

bool isNewer(uint32_t code) {
  return std::any_of(std::begin(kNewer), std::end(kNewer), [code](const Range& r) { return code >= r.first && code <= r.last; });
}

int combiningClass(utf8proc_int32_t c) {
  if (c < int32_t(kFirstThatChanges)) return 0;
  return isNewer(uint32_t(c)) ? 0 : utf8proc_get_property(c)->combining_class;
}

/// Decomposes into `out`, at most 32 code points a character; Unicode needs 4.
void decompose(uint32_t code, std::vector<utf8proc_int32_t>& out) {
  utf8proc_int32_t parts[32];
  int boundary = 0;
  const utf8proc_ssize_t n =
      utf8proc_decompose_char(utf8proc_int32_t(code), parts, 32, utf8proc_option_t(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE), &boundary);
  if (n < 0 || n > 32) {
    out.push_back(utf8proc_int32_t(code));
    return;
  }
  out.insert(out.end(), parts, parts + n);
}

/// Marks after a base in the order of their classes. The library's own ordering exchanges neighbours: quadratic in piled-up marks.
void orderMarks(std::vector<utf8proc_int32_t>& codes) {
  for (size_t i = 0; i < codes.size();) {
    size_t end = i;
    while (end < codes.size() && combiningClass(codes[end]) != 0) ++end;
    const auto lower = [](utf8proc_int32_t a, utf8proc_int32_t b) { return combiningClass(a) < combiningClass(b); };
    if (end > i + 1) std::stable_sort(codes.begin() + ptrdiff_t(i), codes.begin() + ptrdiff_t(end), lower);
    i = end + 1;
  }
}

void appendNormal(std::vector<utf8proc_int32_t>& codes, std::string& out) {
  if (codes.empty()) return;
  orderMarks(codes);
  const utf8proc_ssize_t n =
      utf8proc_normalize_utf32(codes.data(), utf8proc_ssize_t(codes.size()), utf8proc_option_t(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  for (utf8proc_ssize_t i = 0; i < n; ++i) appendUtf8(out, uint32_t(codes[size_t(i)]));
  codes.clear();
}

bool mayChange(std::string_view text) {
  for (size_t pos = 0; pos < text.size();) {
    const Utf8Char c = decodeUtf8(text, pos);
    if (c.code >= kFirstThatChanges && c.code != Utf8Char::kInvalid) return true;
    pos += c.bytes;
  }
  return false;
}

}  // namespace

std::string toNfc(std::string_view text) {
  if (!mayChange(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  std::vector<utf8proc_int32_t> codes;
  for (size_t pos = 0; pos < text.size();) {
    const Utf8Char c = decodeUtf8(text, pos);
    if (c.code == Utf8Char::kInvalid) {
      appendNormal(codes, out);
      out += text[pos];
    } else if (c.code < 0x80 && (pos + 1 == text.size() || uint8_t(text[pos + 1]) < 0x80)) {
      // An ASCII character joins nothing before it, and nothing that follows joins it: what was gathered is complete.
      appendNormal(codes, out);
      out += char(c.code);
    } else {
      if (isNewer(c.code)) appendNormal(codes, out);
      decompose(c.code, codes);
    }
    pos += c.bytes;
  }
  appendNormal(codes, out);
  return out;
}

Normalizer::Normalizer(const VocabData& v)
    : m_nfc(v.nfc),
      m_marks(v.spaceMarks),
      m_late(v.prefixUnlessSpace),
      m_decorates(m_marks || v.prefix != VocabData::Prefix::None),
      m_prefix(v.prefix) {}

std::string Normalizer::apply(std::string_view part, bool begins, bool follows) const {
  std::string text = m_nfc ? toNfc(part) : std::string(part);
  return m_late ? text : decorated(std::move(text), begins, follows);
}

std::string Normalizer::applyLate(std::string_view part, bool begins, bool follows) const { return decorated(std::string(part), begins, follows); }

std::string Normalizer::decorated(std::string text, bool begins, bool follows) const {
  if (text.empty()) return text;
  const bool spaced = text[0] == ' ' || (m_marks && text.compare(0, kSpaceMark.size(), kSpaceMark) == 0);
  const bool wanted = m_prefix == VocabData::Prefix::EachPart ? begins || follows : m_prefix == VocabData::Prefix::First && begins;
  const bool prefix = wanted && !(m_late && spaced);
  if (!m_marks) {
    if (prefix) text.insert(text.begin(), ' ');
    return text;
  }
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  if (prefix) out += kSpaceMark;
  for (const char c : text) {
    if (c == ' ')
      out += kSpaceMark;
    else
      out += c;
  }
  return out;
}

}  // namespace presslab
