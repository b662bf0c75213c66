// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/jinja_parser.h"

namespace presslab::jinja {

ExprPtr ExpressionParser::make(Expr::Kind kind, ExprPtr first) {
  auto e = std::make_unique<Expr>();
  e->kind = kind;
  if (first) add(*e, std::move(first));
  return e;
}

/// Chains nest to the left without the parser going deeper, so the tree's own depth is bounded too.
void ExpressionParser::deepen(Expr& e, const ExprPtr& kid) {
  if (!kid) return;
  e.depth = std::max(e.depth, kid->depth + 1);
  if (e.depth > kMaxTree) throw Error("an expression nested deeper than " + std::to_string(kMaxTree));
}
void ExpressionParser::add(Expr& e, ExprPtr kid) {
  deepen(e, kid);
  e.kids.push_back(std::move(kid));
}

ExprPtr ExpressionParser::expression() {
  const Nested nested(m_depth);
  ExprPtr value = orLevel();
  if (!takeName("if")) return value;
  ExprPtr e = make(Expr::Kind::Condition, std::move(value));
  add(*e, orLevel());
  add(*e, takeName("else") ? expression() : nullptr);
  return e;
}

ExprPtr ExpressionParser::orLevel() {
  ExprPtr first = andLevel();
  if (!isName("or")) return first;
  ExprPtr e = make(Expr::Kind::Or, std::move(first));
  while (takeName("or")) add(*e, andLevel());
  return e;
}

ExprPtr ExpressionParser::andLevel() {
  ExprPtr first = notLevel();
  if (!isName("and")) return first;
  ExprPtr e = make(Expr::Kind::And, std::move(first));
  while (takeName("and")) add(*e, notLevel());
  return e;
}

ExprPtr ExpressionParser::notLevel() {
  if (!takeName("not")) return compareLevel();
  const Nested nested(m_depth);
  return make(Expr::Kind::Not, notLevel());
}

ExprPtr ExpressionParser::compareLevel() {
  ExprPtr e = arithmetic(0);
  bool chained = false;
  for (;;) {
    std::string op;
    for (const std::string_view known : {"==", "!=", "<", ">", "<=", ">="}) {
      if (isOp(known)) op = known;
    }
    if (isName("in")) op = "in";
    const bool notIn = isName("not") && m_tokens[m_at + 1].kind == Token::Kind::Name && m_tokens[m_at + 1].text == "in";
    if (notIn) op = "not in";
    if (op.empty()) return e;
    m_at += notIn ? 2 : 1;
    if (!chained) e = make(Expr::Kind::Compare, std::move(e));
    chained = true;
    e->ops.push_back(op);
    add(*e, arithmetic(0));
  }
}

/// Levels 0: + and -, 1: ~, 2: * // %.
ExprPtr ExpressionParser::arithmetic(int level) {
  static const std::initializer_list<std::string_view> kOps[] = {{"+", "-"}, {"~"}, {"*", "//", "%"}};
  if (level > 2) return unary(true);
  ExprPtr e = arithmetic(level + 1);
  bool chained = false;
  for (;;) {
    const bool known = std::any_of(kOps[level].begin(), kOps[level].end(), [&](std::string_view op) { return isOp(op); });
    if (!known) return e;
    if (!chained) e = make(Expr::Kind::Arithmetic, std::move(e));
    chained = true;
    e->ops.push_back(take().text);
    add(*e, arithmetic(level + 1));
  }
}

ExprPtr ExpressionParser::unary(bool withFilters) {
  const Nested nested(m_depth);
  const bool minus = takeOp("-"), plus = !minus && takeOp("+");
  ExprPtr e = minus ? make(Expr::Kind::Negate, unary(false)) : plus ? unary(false) : primary();
  e = postfix(std::move(e));
  return withFilters ? filters(std::move(e)) : std::move(e);
}

ExprPtr ExpressionParser::primary() {
  const Token t = take();
  ExprPtr e = make(Expr::Kind::Literal);
  if (t.kind == Token::Kind::String) {
    e->literal = Value::string(t.text);
    while (peek().kind == Token::Kind::String) e->literal.text += take().text;
  } else if (t.kind == Token::Kind::Number) {
    constexpr size_t kMaxDigits = 18;
    if (t.text.size() > kMaxDigits) throw Error("a number is too large");
    e->literal = Value::integer(std::stoll(t.text));
  } else if (t.kind == Token::Kind::Name) {
    nameOrConstant(t.text, *e);
  } else if (t.text == "(" && t.kind == Token::Kind::Operator) {
    e = group();
  } else if (t.text == "[" && t.kind == Token::Kind::Operator) {
    e->kind = Expr::Kind::List;
    while (!takeOp("]")) {
      add(*e, expression());
      if (!isOp("]")) needOp(",");
    }
  } else if (t.text == "{" && t.kind == Token::Kind::Operator) {
    e->kind = Expr::Kind::Map;
    while (!takeOp("}")) {
      add(*e, expression());
      needOp(":");
      add(*e, expression());
      if (!isOp("}")) needOp(",");
    }
  } else {
    throw Error("an expression expected before '" + t.text + "'");
  }
  return e;
}

/// What stands in brackets: one value, or a tuple.
ExprPtr ExpressionParser::group() {
  ExprPtr tuple = make(Expr::Kind::List);
  tuple->tuple = true;
  if (takeOp(")")) return tuple;
  ExprPtr first = expression();
  if (takeOp(")")) return first;
  add(*tuple, std::move(first));
  while (!takeOp(")")) {
    needOp(",");
    if (takeOp(")")) break;
    add(*tuple, expression());
  }
  return tuple;
}

void ExpressionParser::nameOrConstant(const std::string& text, Expr& e) {
  if (text == "true" || text == "True")
    e.literal = Value::boolean(true);
  else if (text == "false" || text == "False")
    e.literal = Value::boolean(false);
  else if (text == "none" || text == "None")
    e.literal = Value::none();
  else {
    e.kind = Expr::Kind::Name;
    e.name = text;
  }
}

ExprPtr ExpressionParser::postfix(ExprPtr e) {
  for (;;) {
    if (takeOp(".")) {
      e = make(Expr::Kind::Attribute, std::move(e));
      e->name = name();
    } else if (takeOp("[")) {
      e = subscript(std::move(e));
    } else if (takeOp("(")) {
      e = make(Expr::Kind::Call, std::move(e));
      arguments(*e);
    } else {
      return e;
    }
  }
}

ExprPtr ExpressionParser::subscript(ExprPtr object) {
  ExprPtr from = isOp(":") ? nullptr : expression();
  if (takeOp("]")) {
    ExprPtr e = make(Expr::Kind::Subscript, std::move(object));
    add(*e, std::move(from));
    return e;
  }
  needOp(":");
  ExprPtr e = make(Expr::Kind::Slice, std::move(object));
  add(*e, std::move(from));
  add(*e, isOp("]") || isOp(":") ? nullptr : expression());
  add(*e, takeOp(":") && !isOp("]") ? expression() : nullptr);
  needOp("]");
  return e;
}

void ExpressionParser::arguments(Expr& e) {
  while (!takeOp(")")) {
    Argument a;
    const bool named = peek().kind == Token::Kind::Name && m_tokens[m_at + 1].kind == Token::Kind::Operator && m_tokens[m_at + 1].text == "=";
    if (named) {
      a.name = name();
      needOp("=");
    }
    a.value = expression();
    deepen(e, a.value);
    e.arguments.push_back(std::move(a));
    if (!isOp(")")) needOp(",");
  }
}

/// A test takes one argument without brackets: "x is divisibleby 2".
bool ExpressionParser::startsValue() const {
  const Token& t = peek();
  if (t.kind == Token::Kind::String || t.kind == Token::Kind::Number) return true;
  if (t.kind == Token::Kind::Operator) return t.text == "[" || t.text == "{";
  if (t.kind != Token::Kind::Name) return false;
  for (const std::string_view word : {"else", "or", "and", "is", "in", "not", "if"}) {
    if (t.text == word) return false;
  }
  return true;
}
ExprPtr ExpressionParser::argument(Expr& of) {
  ExprPtr value = postfix(primary());
  deepen(of, value);
  return value;
}

ExprPtr ExpressionParser::filters(ExprPtr e) {
  for (;;) {
    if (takeOp("|")) {
      e = make(Expr::Kind::Filter, std::move(e));
      e->name = name();
      if (takeOp("(")) arguments(*e);
    } else if (takeName("is")) {
      e = make(Expr::Kind::Test, std::move(e));
      e->negated = takeName("not");
      e->name = name();
      if (takeOp("("))
        arguments(*e);
      else if (startsValue())
        e->arguments.push_back({"", argument(*e)});
    } else {
      return e;
    }
  }
}

}  // namespace presslab::jinja
