// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>

#include "core/tokenizer/jinja_tree.h"

namespace presslab::jinja {

namespace {

class Parser {
 public:
  explicit Parser(std::string_view source) : m_tokens(tokenize(source)) {}

  Body run() {
    std::string end;
    Body body = blocks(end);
    if (!end.empty()) throw Error("'" + end + "' without its start");
    return body;
  }

 private:
  struct Nested {                                       // one level deeper while it lives
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

  /// Blocks up to a tag that ends or continues the enclosing one; its name goes to `end` and stands consumed.
  Body blocks(std::string& end) {
    const Nested nested(m_depth);
    Body body;
    while (peek().kind != Token::Kind::End) {
      const Token t = take();
      auto block = std::make_unique<Block>();
      if (t.kind == Token::Kind::Text) {
        block->text = t.text;
      } else if (t.kind == Token::Kind::OutputOpen) {
        block->kind = Block::Kind::Output;
        block->expr = expression();
        need(Token::Kind::OutputClose);
      } else {
        const std::string tag = name();
        if (tag == "else" || tag == "elif" || tag == "endif" || tag == "endfor") {
          end = tag;
          return body;
        }
        statement(tag, *block);
      }
      body.push_back(std::move(block));
    }
    return body;
  }

  void statement(const std::string& tag, Block& b) {
    if (tag == "if") {
      ifBlock(b);
    } else if (tag == "for") {
      forBlock(b);
    } else if (tag == "set") {
      b.kind = Block::Kind::Set;
      b.text = name();
      if (takeOp(".")) b.attribute = name();
      needOp("=");
      b.expr = expression();
      need(Token::Kind::BlockClose);
    } else {
      throw Error("the tag '" + tag + "' is not supported");
    }
  }

  void ifBlock(Block& b) {
    b.kind = Block::Kind::If;
    for (std::string end = "elif"; end != "endif";) {
      ExprPtr condition = end == "elif" ? orLevel() : nullptr;
      const bool last = !condition;
      need(Token::Kind::BlockClose);
      end.clear();
      Body body = blocks(end);
      b.branches.emplace_back(std::move(condition), std::move(body));
      if (end != "endif" && (last || (end != "elif" && end != "else"))) throw Error("'endif' is missing");
    }
    need(Token::Kind::BlockClose);
  }

  void forBlock(Block& b) {
    b.kind = Block::Kind::For;
    b.text = name();
    if (takeOp(",")) throw Error("a loop over pairs is not supported");
    if (!takeName("in")) throw Error("'in' expected in a for tag");
    b.expr = orLevel();
    if (takeName("if")) b.filter = expression();
    need(Token::Kind::BlockClose);
    std::string end;
    Body body = blocks(end);
    b.branches.emplace_back(nullptr, std::move(body));
    if (end == "else") {
      need(Token::Kind::BlockClose);
      end.clear();
      Body other = blocks(end);
      b.branches.emplace_back(nullptr, std::move(other));
    }
    if (end != "endfor") throw Error("'endfor' is missing");
    need(Token::Kind::BlockClose);
  }

  static ExprPtr make(Expr::Kind kind, ExprPtr first = nullptr) {
    auto e = std::make_unique<Expr>();
    e->kind = kind;
    if (first) add(*e, std::move(first));
    return e;
  }

  /// Chains nest to the left without the parser going deeper, so the tree's own depth is bounded too.
  static void deepen(Expr& e, const ExprPtr& kid) {
    if (!kid) return;
    e.depth = std::max(e.depth, kid->depth + 1);
    if (e.depth > kMaxTree) throw Error("an expression nested deeper than " + std::to_string(kMaxTree));
  }
  static void add(Expr& e, ExprPtr kid) {
    deepen(e, kid);
    e.kids.push_back(std::move(kid));
  }

  ExprPtr expression() {
    const Nested nested(m_depth);
    ExprPtr value = orLevel();
    if (!takeName("if")) return value;
    ExprPtr e = make(Expr::Kind::Condition, std::move(value));
    add(*e, orLevel());
    add(*e, takeName("else") ? expression() : nullptr);
    return e;
  }

  ExprPtr orLevel() {
    ExprPtr first = andLevel();
    if (!isName("or")) return first;
    ExprPtr e = make(Expr::Kind::Or, std::move(first));
    while (takeName("or")) add(*e, andLevel());
    return e;
  }

  ExprPtr andLevel() {
    ExprPtr first = notLevel();
    if (!isName("and")) return first;
    ExprPtr e = make(Expr::Kind::And, std::move(first));
    while (takeName("and")) add(*e, notLevel());
    return e;
  }

  ExprPtr notLevel() {
    if (!takeName("not")) return compareLevel();
    const Nested nested(m_depth);
    return make(Expr::Kind::Not, notLevel());
  }

  ExprPtr compareLevel() {
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
  ExprPtr arithmetic(int level) {
    static const std::initializer_list<std::string_view> kOps[] = {{"+", "-"}, {"~"}, {"*", "//", "%"}};
    if (level > 2) return unary();
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

  ExprPtr unary() {
    if (!takeOp("-")) return filters(postfix(primary()));
    const Nested nested(m_depth);
    return make(Expr::Kind::Negate, unary());
  }

  ExprPtr primary() {
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
      e = expression();
      needOp(")");
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

  static void nameOrConstant(const std::string& text, Expr& e) {
    if (text == "true" || text == "True") e.literal = Value::boolean(true);
    else if (text == "false" || text == "False") e.literal = Value::boolean(false);
    else if (text == "none" || text == "None") e.literal = Value::none();
    else {
      e.kind = Expr::Kind::Name;
      e.name = text;
    }
  }

  ExprPtr postfix(ExprPtr e) {
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

  ExprPtr subscript(ExprPtr object) {
    ExprPtr from = isOp(":") ? nullptr : expression();
    if (takeOp("]")) {
      ExprPtr e = make(Expr::Kind::Subscript, std::move(object));
      add(*e, std::move(from));
      return e;
    }
    needOp(":");
    ExprPtr e = make(Expr::Kind::Slice, std::move(object));
    add(*e, std::move(from));
    add(*e, isOp("]") ? nullptr : expression());
    needOp("]");
    return e;
  }

  void arguments(Expr& e) {
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

  ExprPtr filters(ExprPtr e) {
    for (;;) {
      if (takeOp("|")) {
        e = make(Expr::Kind::Filter, std::move(e));
        e->name = name();
        if (takeOp("(")) arguments(*e);
        e = postfix(std::move(e));
      } else if (takeName("is")) {
        e = make(Expr::Kind::Test, std::move(e));
        e->negated = takeName("not");
        e->name = name();
        if (takeOp("(")) arguments(*e);
      } else {
        return e;
      }
    }
  }

  std::vector<Token> m_tokens;
  size_t m_at = 0;
  int m_depth = 0;
};

}  // namespace

Body parse(std::string_view source) { return Parser(source).run(); }

}  // namespace presslab::jinja
