// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/tokenizer/jinja_tree.h"
#include "core/tokenizer/utf8.h"

namespace presslab::jinja {

namespace {

bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isSpace(char c) { return c == ' ' || (c >= 9 && c <= 13); }

/// Cuts a template into text and tags and tags into tokens, applying the white-space control of both.
class Lexer {
 public:
  explicit Lexer(std::string_view source) : m_source(source) {
    // A template's last line end does not count.
    if (!m_source.empty() && m_source.back() == '\n') m_source.remove_suffix(1);
  }

  std::vector<Token> run() {
    while (m_pos < m_source.size()) {
      const size_t tag = nextTag();
      text(tag);
      if (tag == m_source.size()) break;
      const char kind = m_source[tag + 1];
      m_pos = tag + 2;
      if (m_pos < m_source.size() && (m_source[m_pos] == '-' || m_source[m_pos] == '+')) ++m_pos;
      if (kind == '#') {
        comment();
      } else {
        m_tokens.push_back({kind == '{' ? Token::Kind::OutputOpen : Token::Kind::BlockOpen, {}});
        inside(kind == '{' ? '}' : '%');
      }
    }
    m_tokens.push_back({});
    return std::move(m_tokens);
  }

 private:
  size_t nextTag() const {
    for (size_t p = m_source.find('{', m_pos); p != std::string_view::npos; p = m_source.find('{', p + 1)) {
      if (p + 1 < m_source.size() && (m_source[p + 1] == '{' || m_source[p + 1] == '%' || m_source[p + 1] == '#')) return p;
    }
    return m_source.size();
  }

  /// The text up to a tag, as the tags on both sides leave it.
  void text(size_t tag) {
    std::string_view t = m_source.substr(m_pos, tag - m_pos);
    if (m_trimAll) {
      while (!t.empty() && isSpace(t.front())) t.remove_prefix(1);
    } else if (m_trimLine && !t.empty() && t.front() == '\n') {
      t.remove_prefix(1);
    }
    m_trimAll = m_trimLine = false;
    if (tag + 2 < m_source.size()) {
      const char kind = m_source[tag + 1], sign = m_source[tag + 2];
      if (sign == '-') {
        while (!t.empty() && isSpace(t.back())) t.remove_suffix(1);
      } else if (kind != '{' && sign != '+') {
        stripIndent(t, tag);
      }
    }
    if (!t.empty()) m_tokens.push_back({Token::Kind::Text, std::string(t)});
  }

  /// Blanks between a line's start and a block tag do not count.
  void stripIndent(std::string_view& t, size_t tag) const {
    size_t line = tag;
    while (line > 0 && (m_source[line - 1] == ' ' || m_source[line - 1] == '\t')) --line;
    if (line > 0 && m_source[line - 1] != '\n') return;
    while (!t.empty() && (t.back() == ' ' || t.back() == '\t')) t.remove_suffix(1);
  }

  void comment() {
    const size_t end = m_source.find("#}", m_pos);
    if (end == std::string_view::npos) throw Error("a comment is not closed");
    closed(end > 0 ? m_source[end - 1] : ' ', true);
    m_pos = end + 2;
  }

  void closed(char sign, bool block) {
    m_trimAll = sign == '-';
    m_trimLine = block && sign != '+' && sign != '-';
  }

  void inside(char close) {
    int open = 0;  // brackets of the expression
    while (m_pos < m_source.size()) {
      const char c = m_source[m_pos];
      if (isSpace(c)) {
        ++m_pos;
        continue;
      }
      const size_t sign = (c == '-' || c == '+') && m_pos + 1 < m_source.size() && m_source[m_pos + 1] == close ? 1 : 0;
      if (open == 0 && m_source.substr(m_pos + sign, 2) == std::string({close, '}'})) {
        closed(sign ? c : ' ', close == '%');
        m_tokens.push_back({close == '%' ? Token::Kind::BlockClose : Token::Kind::OutputClose, {}});
        m_pos += sign + 2;
        return;
      }
      if (c == '(' || c == '[' || c == '{') ++open;
      if (c == ')' || c == ']' || c == '}') --open;
      token(c);
    }
    throw Error("a tag is not closed");
  }

  void token(char c) {
    const size_t start = m_pos;
    if (isNameStart(c)) {
      while (m_pos < m_source.size() && (isNameStart(m_source[m_pos]) || isDigit(m_source[m_pos]))) ++m_pos;
      m_tokens.push_back({Token::Kind::Name, std::string(m_source.substr(start, m_pos - start))});
    } else if (isDigit(c)) {
      while (m_pos < m_source.size() && isDigit(m_source[m_pos])) ++m_pos;
      if (m_pos + 1 < m_source.size() && m_source[m_pos] == '.' && isDigit(m_source[m_pos + 1])) throw Error("fractions are not supported");
      m_tokens.push_back({Token::Kind::Number, std::string(m_source.substr(start, m_pos - start))});
    } else if (c == '\'' || c == '"') {
      string(c);
    } else {
      static constexpr std::array<std::string_view, 6> kPairs = {"==", "!=", "<=", ">=", "//", "**"};
      size_t n = 1;
      for (const std::string_view op : kPairs) {
        if (m_source.substr(m_pos, 2) == op) n = 2;
      }
      static constexpr std::string_view kSingles = "()[]{}.,:|+-*/%~<>=";
      if (n == 1 && kSingles.find(c) == std::string_view::npos) throw Error("a character that is no operator in a tag");
      m_tokens.push_back({Token::Kind::Operator, std::string(m_source.substr(m_pos, n))});
      m_pos += n;
    }
  }

  void string(char quote) {
    std::string out;
    for (++m_pos; m_pos < m_source.size() && m_source[m_pos] != quote; ++m_pos) {
      if (m_source[m_pos] != '\\' || m_pos + 1 >= m_source.size()) {
        out += m_source[m_pos];
        continue;
      }
      escape(m_source[++m_pos], out);
    }
    if (m_pos >= m_source.size()) throw Error("a string is not closed");
    ++m_pos;
    m_tokens.push_back({Token::Kind::String, std::move(out)});
  }

  /// Python's escapes; an unknown one stays as it is written.
  void escape(char e, std::string& out) {
    static constexpr std::string_view kNames = "ntrbfav0\\'\"", kBytes{"\n\t\r\b\f\a\v\0\\'\"", 11};
    const size_t digits = e == 'x' ? 2 : e == 'u' ? 4 : e == 'U' ? 8 : 0;
    const size_t simple = kNames.find(e);
    if (digits) {
      uint32_t code = 0;
      if (m_pos + digits >= m_source.size()) throw Error("a string is not closed");
      for (size_t i = 1; i <= digits; ++i) {
        const size_t digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(m_source[m_pos + i]);
        if (digit == std::string_view::npos) throw Error("an escape in a string that is not supported");
        code = code * 16 + uint32_t(digit % 16);
      }
      if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) throw Error("an escape in a string that is not supported");
      m_pos += digits;
      appendUtf8(out, code);
    } else if (simple != std::string_view::npos) {
      if (e == '0' && m_pos + 1 < m_source.size() && isDigit(m_source[m_pos + 1])) throw Error("an escape in a string that is not supported");
      out += kBytes[simple];
    } else if (isDigit(e) || e == 'N') {
      throw Error("an escape in a string that is not supported");
    } else if (e != '\n') {
      out += '\\';
      out += e;
    }
  }

  std::string_view m_source;
  size_t m_pos = 0;
  bool m_trimAll = false, m_trimLine = false;  // what the tag before does to the text that follows
  std::vector<Token> m_tokens;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  if (source.size() > kMaxSource) throw Error("it is longer than " + std::to_string(kMaxSource) + " bytes");
  std::string lines;  // every kind of line end is a plain one
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') continue;
    lines += source[i] == '\r' ? '\n' : source[i];
  }
  return Lexer(lines).run();
}

}  // namespace presslab::jinja
