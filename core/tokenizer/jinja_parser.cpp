// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/jinja_parser.h"

namespace presslab::jinja {

namespace {

class Parser : private ExpressionParser {
 public:
  explicit Parser(std::string_view source) : ExpressionParser(source) {}

  Body run() {
    std::string end;
    Body body = blocks(end);
    if (!end.empty()) throw Error("'" + end + "' without its start");
    return body;
  }

 private:
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
        if (isEnd(tag)) {
          end = tag;
          return body;
        }
        statement(tag, *block);
      }
      body.push_back(std::move(block));
    }
    return body;
  }

  static bool isEnd(const std::string& tag) {
    for (const std::string_view end : {"else", "elif", "endif", "endfor", "endset", "endmacro", "endgeneration"}) {
      if (tag == end) return true;
    }
    return false;
  }

  void statement(const std::string& tag, Block& b) {
    if (tag == "if") {
      ifBlock(b);
    } else if (tag == "for") {
      forBlock(b);
    } else if (tag == "set") {
      setBlock(b);
    } else if (tag == "macro") {
      macroBlock(b);
    } else if (tag == "generation") {  // marks what the assistant said; it prints as it stands
      b.kind = Block::Kind::Group;
      need(Token::Kind::BlockClose);
      body(b, "endgeneration");
    } else if (tag == "break" || tag == "continue") {
      if (!m_loops) throw Error("'" + tag + "' outside of a loop");
      b.kind = tag == "break" ? Block::Kind::Break : Block::Kind::Continue;
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
    target(b);
    if (!takeName("in")) throw Error("'in' expected in a for tag");
    b.expr = orLevel();
    if (takeName("if")) b.filter = expression();
    if (isName("recursive")) throw Error("a recursive loop is not supported");
    need(Token::Kind::BlockClose);
    std::string end;
    ++m_loops;
    Body body = blocks(end);
    --m_loops;
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

  /// One name, or several that a list is unpacked into.
  void target(Block& b) {
    const bool bracket = takeOp("(");
    b.text = name();
    if (isOp(",")) b.names.push_back(b.text);
    while (takeOp(",")) b.names.push_back(name());
    if (bracket) needOp(")");
  }

  void body(Block& b, const std::string& wanted) {
    std::string end;
    Body inner = blocks(end);
    if (end != wanted) throw Error("'" + wanted + "' is missing");
    if (wanted != "endmacro" || peek().kind != Token::Kind::Name)
      need(Token::Kind::BlockClose);
    else if (name() == b.text)
      need(Token::Kind::BlockClose);
    else
      throw Error("'endmacro' of another name");
    b.branches.emplace_back(nullptr, std::move(inner));
  }

  void setBlock(Block& b) {
    b.kind = Block::Kind::Set;
    target(b);
    if (b.names.empty() && takeOp(".")) b.attribute = name();
    if (takeOp("=")) {
      b.expr = expression();
      if (isOp(",")) throw Error("setting a bare tuple is not supported");
      need(Token::Kind::BlockClose);
      return;
    }
    if (!b.names.empty() || !b.attribute.empty()) throw Error("'=' expected in a set tag");
    if (isOp("|")) throw Error("a filter on a set block is not supported");
    b.kind = Block::Kind::Capture;
    need(Token::Kind::BlockClose);
    body(b, "endset");
  }

  void macroBlock(Block& b) {
    if (m_loops) throw Error("a macro within a loop is not supported");
    b.kind = Block::Kind::Macro;
    b.text = name();
    needOp("(");
    while (!takeOp(")")) {
      Argument a{name(), nullptr};
      if (takeOp("=")) a.value = expression();
      b.parameters.push_back(std::move(a));
      if (!isOp(")")) needOp(",");
    }
    need(Token::Kind::BlockClose);
    body(b, "endmacro");
  }

  int m_loops = 0;  // around the block that is read
};

}  // namespace

Body parse(std::string_view source) { return Parser(source).run(); }

}  // namespace presslab::jinja
