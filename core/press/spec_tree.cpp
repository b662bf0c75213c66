// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/spec_tree.h"

#include "core/api/error.h"

namespace presslab {
namespace {

constexpr size_t kMaxLength = 4096, kMaxDepth = 8, kMaxSteps = 16;

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool isName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

/// Bytes of the UTF-8 character at `at`, 0 when there is none.
size_t characterBytes(std::string_view s, size_t at) {
  const auto byte = [&](size_t i) { return at + i < s.size() ? static_cast<unsigned char>(s[at + i]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t n = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
  for (size_t i = 1; i < n; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool tooLong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool outside = (lead == 0xED && byte(1) >= 0xA0) || (lead == 0xF4 && byte(1) >= 0x90);
  return tooLong || outside ? 0 : n;
}

class Parser {
 public:
  explicit Parser(std::string_view s) : m_s(s) {}

  std::vector<SpecNode> steps() {
    checkText();
    std::vector<SpecNode> all;
    for (;;) {
      skip();
      if (done()) fail(m_at, all.empty() ? "the spec is empty; none or a press such as snapkv(ratio=0.5)" : "a press is missing after '+'");
      all.push_back(step(1));
      skip();
      if (done()) return all;
      if (m_s[m_at] == ')') fail(m_at, "')' closes no bracket");
      if (m_s[m_at] != '+') unexpected("'+' or the end");
      if (all.size() == kMaxSteps) fail(m_at, "a sequence has at most " + std::to_string(kMaxSteps) + " steps");
      ++m_at;
    }
  }

 private:
  bool done() const { return m_at >= m_s.size(); }
  char here() const { return done() ? '\0' : m_s[m_at]; }
  void skip() {
    while (!done() && isSpace(m_s[m_at])) ++m_at;
  }
  int column(size_t at) const {
    int n = 1;
    for (size_t i = 0; i < at && i < m_s.size(); ++i) n += (static_cast<unsigned char>(m_s[i]) & 0xC0) != 0x80;
    return n;
  }
  [[noreturn]] void fail(size_t at, const std::string& text) const { specError(column(at), text); }
  [[noreturn]] void unexpected(const std::string& wanted) const {
    if (done()) fail(m_at, "the spec ends where " + wanted + " must stand");
    const std::string found(m_s.substr(m_at, characterBytes(m_s, m_at)));
    for (const char* wide : {"（", "）", "，", "＝", "＋"}) {
      if (found == wide) fail(m_at, "'" + found + "' is a full-width character; brackets, commas and signs are ASCII");
    }
    fail(m_at, "unexpected '" + found + "'; expected " + wanted);
  }

  void checkText() const {
    for (size_t i = 0; i < m_s.size();) {
      const auto c = static_cast<unsigned char>(m_s[i]);
      const size_t n = characterBytes(m_s, i);
      if (i >= kMaxLength) fail(i, "a spec has at most " + std::to_string(kMaxLength) + " bytes");
      if (n == 0) fail(i, "byte " + std::to_string(c) + " is not UTF-8");
      if ((c < 0x20 && !isSpace(m_s[i])) || c == 0x7F) fail(i, "control character " + std::to_string(c));
      i += n;
    }
  }

  std::string name(const char* wanted) {
    const size_t start = m_at;
    while (!done() && isName(m_s[m_at])) ++m_at;
    if (m_at == start) unexpected(wanted);
    return std::string(m_s.substr(start, m_at - start));
  }

  SpecNode step(size_t depth) {
    SpecNode node;
    node.column = column(m_at);
    node.id = name("the name of a press");
    skip();
    if (here() != '(') return node;
    if (depth > kMaxDepth) fail(m_at, "presses are nested deeper than " + std::to_string(kMaxDepth) + " levels");
    const size_t open = m_at++;
    skip();
    bool closed = here() == ')';
    while (!closed) {
      skip();
      if (done()) fail(open, "'(' is not closed");
      node.args.push_back(argument(open, depth));
      skip();
      if (done()) fail(open, "'(' is not closed");
      closed = here() == ')';
      if (closed) break;
      if (here() == '+') fail(m_at, "a sequence cannot stand inside brackets");
      if (here() != ',') unexpected("',' or ')'");
      ++m_at;
    }
    ++m_at;
    return node;
  }

  SpecArg argument(size_t open, size_t depth) {
    SpecArg arg;
    const size_t start = m_at;
    arg.keyColumn = arg.column = column(start);
    if (here() == ',' || here() == ')') fail(m_at, "an argument is missing");
    const std::string word = name("key=value");
    skip();
    if (here() == '=') {
      ++m_at;
      arg.key = word;
      value(arg, open, depth);
      return arg;
    }
    if (!done() && here() != '(' && here() != ',' && here() != ')' && here() != '+') {
      unexpected("'=' after '" + word + "'");
    }
    m_at = start;
    arg.press = std::make_unique<SpecNode>(step(depth + 1));
    return arg;
  }

  void value(SpecArg& arg, size_t open, size_t depth) {
    skip();
    const size_t start = m_at;
    arg.column = column(start);
    if (here() == '"') return quotedText(arg);
    bool plain = true;
    while (!done() && m_s[m_at] != ',' && m_s[m_at] != ')') {
      if (m_s[m_at] == '"') fail(m_at, "a quote inside the value of " + arg.key + "; put the whole value in quotes");
      if (m_s[m_at] == '(') {
        if (!plain || m_at == start) fail(m_at, "a bracket inside the value of " + arg.key + "; put the whole value in quotes");
        m_at = start;
        arg.press = std::make_unique<SpecNode>(step(depth + 1));
        return;
      }
      plain = plain && (isName(m_s[m_at]) || isSpace(m_s[m_at]));
      ++m_at;
    }
    size_t end = m_at;
    while (end > start && isSpace(m_s[end - 1])) --end;
    if (end == start) {
      if (done()) fail(open, "'(' is not closed");
      fail(start, "the value of " + arg.key + " is missing; an empty text is \"\"");
    }
    arg.text = m_s.substr(start, end - start);
  }

  void quotedText(SpecArg& arg) {
    const size_t start = m_at++;
    arg.quoted = true;
    for (;; ++m_at) {
      if (done()) fail(start, "the quote is not closed");
      if (m_s[m_at] == '"' && (m_at + 1 >= m_s.size() || m_s[m_at + 1] != '"')) break;
      if (m_s[m_at] == '"') ++m_at;
      if (isSpace(m_s[m_at]) && m_s[m_at] != ' ' && m_s[m_at] != '\t') fail(m_at, "a line end inside a text");
      arg.text += m_s[m_at];
    }
    ++m_at;
  }

  std::string_view m_s;
  size_t m_at = 0;
};

}  // namespace

void specError(int column, const std::string& text) { badInput("press spec, column " + std::to_string(column) + ": " + text); }

std::vector<SpecNode> parseSpec(std::string_view spec) { return Parser(spec).steps(); }

}  // namespace presslab
