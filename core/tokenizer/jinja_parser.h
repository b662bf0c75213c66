// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <initializer_list>

#include "core/tokenizer/jinja_tree.h"

namespace presslab::jinja {

/// Expressions of a template; the parser of blocks goes on from here.
class ExpressionParser {
 protected:
  explicit ExpressionParser(std::string_view source) : m_tokens(tokenize(source)) {}

  struct Nested {  // one level deeper while it lives
    explicit Nested(int& depth) : d(depth) {
      if (++d > kMaxDepth) throw Error("nested deeper than " + std::to_string(kMaxDepth));
    }
    ~Nested() { --d; }
    int& d;
  };

  const Token& peek() const { return m_tokens[m_at]; }
  Token take() { return m_tokens[peek().kind == Token::Kind::End ? m_at : m_at++]; }
  bool isOp(std::string_view op) const { return peek().kind == Token::Kind::Operator && peek().text == op; }
  bool isName(std::string_view name) const { return peek().kind == Token::Kind::Name && peek().text == name; }
  bool takeOp(std::string_view op) { return isOp(op) && (++m_at, true); }
  bool takeName(std::string_view name) { return isName(name) && (++m_at, true); }
  void needOp(std::string_view op) {
    if (!takeOp(op)) throw Error("'" + std::string(op) + "' expected before '" + peek().text + "'");
  }
  void need(Token::Kind kind) {
    if (take().kind != kind) throw Error("a tag ends in an unsupported way");
  }
  std::string name() {
    const Token t = take();
    if (t.kind != Token::Kind::Name) throw Error("a name expected, not '" + t.text + "'");
    return t.text;
  }

  ExprPtr expression();
  ExprPtr orLevel();

 private:
  static ExprPtr make(Expr::Kind kind, ExprPtr first = nullptr);
  static void deepen(Expr& e, const ExprPtr& kid);
  static void add(Expr& e, ExprPtr kid);
  ExprPtr andLevel();
  ExprPtr notLevel();
  ExprPtr compareLevel();
  ExprPtr arithmetic(int level);
  ExprPtr unary(bool withFilters);
  ExprPtr primary();
  ExprPtr group();
  static void nameOrConstant(const std::string& text, Expr& e);
  ExprPtr postfix(ExprPtr e);
  ExprPtr subscript(ExprPtr object);
  void arguments(Expr& e);
  bool startsValue() const;
  ExprPtr argument(Expr& of);
  ExprPtr filters(ExprPtr e);

 protected:
  std::vector<Token> m_tokens;
  size_t m_at = 0;
  int m_depth = 0;
};

}  // namespace presslab::jinja
