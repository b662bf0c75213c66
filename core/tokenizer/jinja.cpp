// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/jinja.h"

#include <algorithm>

#include "core/tokenizer/jinja_tree.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

using namespace jinja;
using Kind = Value::Kind;

/// Bytes to show of a value that a template prints or joins; only plain ones have a text that we know.
std::string printed(const Value& v) {
  switch (v.kind) {
    case Kind::Undefined: return {};
    case Kind::None: return "None";
    case Kind::Bool: return v.number ? "True" : "False";
    case Kind::Int: return std::to_string(v.number);
    case Kind::Text: return v.text;
    default: throw Error("printing a list or a map is not supported");
  }
}

std::string json(const Value& v) {
  if (v.kind == Kind::Text) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : v.text) {
      if (c == '"' || c == '\\') out += '\\', out += c;
      else if (c == '\n') out += "\\n";
      else if (c == '\r') out += "\\r";
      else if (c == '\t') out += "\\t";
      else if (c == '\b') out += "\\b";
      else if (c == '\f') out += "\\f";
      else if (uint8_t(c) < 0x20) out += std::string("\\u00") + kHex[uint8_t(c) >> 4] + kHex[uint8_t(c) & 15];
      else out += c;
    }
    return out + '"';
  }
  if (v.kind == Kind::None) return "null";
  if (v.kind == Kind::Bool) return v.number ? "true" : "false";
  if (v.kind == Kind::Int) return std::to_string(v.number);
  if (v.kind == Kind::Undefined) throw Error("tojson of an undefined value");
  std::string out = v.kind == Kind::List ? "[" : "{";
  const char* between = "";
  if (v.kind == Kind::List) {
    for (const Value& i : *v.list) {
      out += between;
      out += json(i);
      between = ", ";
      if (out.size() > kMaxText) throw Error("a text is too long");
    }
    return out + "]";
  }
  for (const auto& [key, value] : *v.map) {
    out += between;
    out += json(Value::string(key)) + ": ";
    out += json(value);
    between = ", ";
    if (out.size() > kMaxText) throw Error("a text is too long");
  }
  return out + "}";
}

class Renderer {
 public:
  explicit Renderer(Value::Map globals) { m_scopes.push_back(std::move(globals)); }

  std::string run(const Body& body) {
    render(body);
    return std::move(m_out);
  }

 private:
  void work(size_t n) {
    m_work += n;
    if (m_work > kMaxWork) throw Error("it takes too much work (limit " + std::to_string(kMaxWork) + " steps)");
  }

  Value text(std::string_view s) {
    if (s.size() > kMaxText) throw Error("a text is longer than " + std::to_string(kMaxText) + " bytes");
    work(s.size());
    return Value::string(std::string(s));
  }

  void render(const Body& body) {
    for (const auto& block : body) {
      work(1);
      switch (block->kind) {
        case Block::Kind::Text: print(block->text); break;
        case Block::Kind::Output: print(printed(eval(*block->expr))); break;
        case Block::Kind::If: renderIf(*block); break;
        case Block::Kind::For: renderFor(*block); break;
        case Block::Kind::Set: renderSet(*block); break;
      }
    }
  }

  void print(const std::string& s) {
    work(s.size());
    if (m_out.size() + s.size() > kMaxText) throw Error("its result is longer than " + std::to_string(kMaxText) + " bytes");
    m_out += s;
  }

  void renderIf(const Block& b) {
    for (const auto& [condition, body] : b.branches) {
      if (condition && !eval(*condition).truthy()) continue;
      render(body);
      return;
    }
  }

  void renderFor(const Block& b) {
    const Value walked = eval(*b.expr);
    if (walked.kind != Kind::List) throw Error("a loop over something that is no list");
    Value::List items;
    for (const Value& item : *walked.list) {
      work(sizeof(Value) + item.text.size());
      m_scopes.push_back({{b.text, item}});
      if (!b.filter || eval(*b.filter).truthy()) items.push_back(item);
      m_scopes.pop_back();
    }
    const int64_t n = int64_t(items.size());
    for (int64_t i = 0; i < n; ++i) {
      work(sizeof(Value) + items[size_t(i)].text.size());
      m_scopes.push_back({{b.text, items[size_t(i)]},
                          {"loop", Value::mapOf({{"index", Value::integer(i + 1)}, {"index0", Value::integer(i)}, {"length", Value::integer(n)},
                                                 {"first", Value::boolean(i == 0)}, {"last", Value::boolean(i + 1 == n)},
                                                 {"revindex", Value::integer(n - i)}, {"revindex0", Value::integer(n - i - 1)}})}});
      render(b.branches[0].second);
      m_scopes.pop_back();
    }
    if (!n && b.branches.size() > 1) render(b.branches[1].second);
  }

  static void assign(Value::Map& map, const std::string& key, Value v) {
    for (auto& [name, value] : map) {
      if (name != key) continue;
      value = std::move(v);
      return;
    }
    map.emplace_back(key, std::move(v));
  }

  void renderSet(const Block& b) {
    Value v = eval(*b.expr);
    if (b.attribute.empty()) return assign(m_scopes.back(), b.text, std::move(v));
    const Value space = lookup(b.text);
    // A namespace holds plain values only, so no value can come to hold itself.
    if (space.kind != Kind::Map || v.depth) throw Error("setting '" + b.text + "." + b.attribute + "' like that is not supported");
    assign(*space.map, b.attribute, std::move(v));
  }

  Value lookup(const std::string& name) {
    for (auto scope = m_scopes.rbegin(); scope != m_scopes.rend(); ++scope) {
      for (const auto& [key, value] : *scope) {
        if (key != name) continue;
        work(value.text.size());
        return value;
      }
    }
    return {};
  }

  Value eval(const Expr& e) {
    work(1);
    switch (e.kind) {
      case Expr::Kind::Literal: work(e.literal.text.size()); return e.literal;
      case Expr::Kind::Name: return lookup(e.name);
      case Expr::Kind::List:
      case Expr::Kind::Map: return collection(e);
      case Expr::Kind::Not: return Value::boolean(!eval(*e.kids[0]).truthy());
      case Expr::Kind::Negate: return combine(Value::integer(0), "-", eval(*e.kids[0]));
      case Expr::Kind::And:
      case Expr::Kind::Or: return logic(e);
      case Expr::Kind::Compare: return compare(e);
      case Expr::Kind::Arithmetic: return arithmetic(e);
      case Expr::Kind::Condition:
        if (eval(*e.kids[1]).truthy()) return eval(*e.kids[0]);
        return e.kids[2] ? eval(*e.kids[2]) : Value{};
      case Expr::Kind::Attribute: return member(eval(*e.kids[0]), Value::string(e.name));
      case Expr::Kind::Subscript: {
        const Value object = eval(*e.kids[0]);
        return member(object, eval(*e.kids[1]));
      }
      case Expr::Kind::Slice: return slice(e);
      case Expr::Kind::Call: return call(e);
      case Expr::Kind::Filter: return filter(e);
      case Expr::Kind::Test: return Value::boolean(test(e) != e.negated);
    }
    return {};
  }

  static int64_t integer(const Value& v) {
    if (v.kind != Kind::Int && v.kind != Kind::Bool) throw Error("a number expected");
    return v.number;
  }

  Value collection(const Expr& e) {
    if (e.kind == Expr::Kind::List) {
      Value::List items;
      for (const ExprPtr& kid : e.kids) items.push_back(eval(*kid));
      return Value::listOf(std::move(items));
    }
    Value::Map items;
    for (size_t i = 0; i + 1 < e.kids.size(); i += 2) {
      const Value key = eval(*e.kids[i]);
      if (key.kind != Kind::Text) throw Error("a map key that is no text");
      assign(items, key.text, eval(*e.kids[i + 1]));
    }
    return Value::mapOf(std::move(items));
  }

  Value logic(const Expr& e) {
    Value v;
    for (const ExprPtr& kid : e.kids) {
      v = eval(*kid);
      if (v.truthy() == (e.kind == Expr::Kind::Or)) return v;
    }
    return v;
  }

  Value compare(const Expr& e) {
    Value left = eval(*e.kids[0]);
    for (size_t i = 0; i < e.ops.size(); ++i) {
      Value right = eval(*e.kids[i + 1]);
      if (!holds(left, e.ops[i], right)) return Value::boolean(false);
      left = std::move(right);
    }
    return Value::boolean(true);
  }

  bool holds(const Value& a, const std::string& op, const Value& b) {
    work(a.text.size() + b.text.size());
    if (op == "==" || op == "!=") {
      compareWork(a);
      return equal(a, b) == (op == "==");
    }
    if (op == "in" || op == "not in") return within(a, b) == (op == "in");
    int order = 0;
    if (a.kind == Kind::Text && b.kind == Kind::Text) {
      order = a.text.compare(b.text);
    } else {
      const int64_t x = integer(a), y = integer(b);
      order = x < y ? -1 : x > y;
    }
    return op == "<" ? order < 0 : op == ">" ? order > 0 : op == "<=" ? order <= 0 : order >= 0;
  }

  /// Charges for what equal() may walk; shared parts count each time they are met.
  void compareWork(const Value& v) {
    work(1 + v.text.size());
    if (v.kind == Kind::List) for (const Value& i : *v.list) compareWork(i);
    if (v.kind == Kind::Map) for (const auto& i : *v.map) compareWork(i.second);
  }

  bool within(const Value& a, const Value& b) {
    if (b.kind == Kind::Text && a.kind == Kind::Text) return b.text.find(a.text) != std::string::npos;
    if (b.kind == Kind::List) {
      compareWork(b);
      return std::any_of(b.list->begin(), b.list->end(), [&](const Value& i) { return equal(a, i); });
    }
    if (b.kind == Kind::Map && a.kind == Kind::Text) return b.find(a.text) != nullptr;
    throw Error("'in' something that is no text, list or map");
  }

  Value arithmetic(const Expr& e) {
    Value v = eval(*e.kids[0]);
    for (size_t i = 0; i < e.ops.size(); ++i) v = combine(v, e.ops[i], eval(*e.kids[i + 1]));
    return v;
  }

  Value combine(const Value& a, const std::string& op, const Value& b) {
    if (op == "~") return text(printed(a) + printed(b));
    if (op == "+" && a.kind == Kind::Text && b.kind == Kind::Text) return text(a.text + b.text);
    if (op == "+" && a.kind == Kind::List && b.kind == Kind::List) {
      work((a.list->size() + b.list->size()) * sizeof(Value));
      Value::List items = *a.list;
      items.insert(items.end(), b.list->begin(), b.list->end());
      return Value::listOf(std::move(items));
    }
    const int64_t x = integer(a), y = integer(b);
    int64_t out = 0;
    bool bad = false;
    if (op == "+") bad = __builtin_add_overflow(x, y, &out);
    else if (op == "-") bad = __builtin_sub_overflow(x, y, &out);
    else if (op == "*") bad = __builtin_mul_overflow(x, y, &out);
    else if (y == 0 || y == -1) bad = y == 0 || op == "//";
    else out = op == "%" ? ((x % y) + y) % y : x / y - (x % y != 0 && (x < 0) != (y < 0));
    if (bad) throw Error("arithmetic out of range");
    return Value::integer(out);
  }

  Value member(const Value& object, const Value& key) {
    if (object.kind == Kind::Map && key.kind == Kind::Text) {
      const Value* found = object.find(key.text);
      if (found) work(found->text.size());
      return found ? *found : Value{};
    }
    if (object.kind == Kind::List && key.kind == Kind::Int) {
      const int64_t n = int64_t(object.list->size()), i = key.number < 0 ? key.number + n : key.number;
      if (i < 0 || i >= n) return {};
      work((*object.list)[size_t(i)].text.size());
      return (*object.list)[size_t(i)];
    }
    if (object.kind == Kind::Undefined) throw Error("a part of an undefined value");
    if (key.kind == Kind::Text && object.kind != Kind::Text) return {};
    throw Error("a subscript that is not supported");
  }

  Value slice(const Expr& e) {
    const Value object = eval(*e.kids[0]);
    if (object.kind != Kind::List) throw Error("a slice of something that is no list");
    const int64_t n = int64_t(object.list->size());
    const auto bound = [&](const ExprPtr& x, int64_t otherwise) {
      int64_t i = x ? integer(eval(*x)) : otherwise;
      if (i < 0) i += n;
      return std::clamp<int64_t>(i, 0, n);
    };
    const int64_t from = bound(e.kids[1], 0), to = bound(e.kids[2], n);
    work(size_t(n) * sizeof(Value));
    if (from >= to) return Value::listOf({});
    return Value::listOf(Value::List(object.list->begin() + from, object.list->begin() + to));
  }

  Value positional(const Expr& e, size_t i) {
    if (e.arguments.size() <= i || !e.arguments[i].name.empty()) throw Error("an argument is missing");
    return eval(*e.arguments[i].value);
  }

  Value call(const Expr& e) {
    const Expr& callee = *e.kids[0];
    if (callee.kind == Expr::Kind::Name && callee.name == "raise_exception") throw Error("it refuses these messages: " + printed(positional(e, 0)));
    if (callee.kind == Expr::Kind::Name && callee.name == "namespace") {
      Value::Map items;
      for (const Argument& a : e.arguments) {
        Value v = eval(*a.value);
        if (a.name.empty() || v.depth) throw Error("a namespace of that kind is not supported");
        assign(items, a.name, std::move(v));
      }
      return Value::mapOf(std::move(items));
    }
    if (callee.kind == Expr::Kind::Attribute) {
      const Value object = eval(*callee.kids[0]);
      const std::string& name = callee.name;
      if (object.kind == Kind::Text && e.arguments.empty() && (name == "strip" || name == "lstrip" || name == "rstrip")) {
        return text(trimUnicode(object.text, name != "rstrip", name != "lstrip"));
      }
      if (object.kind == Kind::Text && e.arguments.size() == 1 && (name == "startswith" || name == "endswith")) {
        const Value part = positional(e, 0);
        const size_t n = part.text.size();
        if (part.kind != Kind::Text) throw Error("'" + name + "' of something that is no text");
        if (n > object.text.size()) return Value::boolean(false);
        return Value::boolean(object.text.compare(name == "startswith" ? 0 : object.text.size() - n, n, part.text) == 0);
      }
    }
    throw Error("the call of '" + callee.name + "' is not supported");
  }

  Value filter(const Expr& e) {
    const Value v = eval(*e.kids[0]);
    if (e.name == "default" || e.name == "d") {
      const bool falsy = e.arguments.size() > 1 && eval(*e.arguments[1].value).truthy();
      return v.kind == Kind::Undefined || (falsy && !v.truthy()) ? (e.arguments.empty() ? Value::string({}) : positional(e, 0)) : v;
    }
    if (!e.arguments.empty()) throw Error("the filter '" + e.name + "' with arguments is not supported");
    if (e.name == "trim") {
      const std::string bare = printed(v);
      return text(trimUnicode(bare, true, true));
    }
    if (e.name == "string") return text(printed(v));
    if (e.name == "tojson") {
      compareWork(v);
      return text(json(v));
    }
    if (e.name == "length" || e.name == "count") {
      if (v.kind == Kind::List) return Value::integer(int64_t(v.list->size()));
      if (v.kind == Kind::Map) return Value::integer(int64_t(v.map->size()));
      if (v.kind != Kind::Text) throw Error("the length of something that has none");
      return Value::integer(std::count_if(v.text.begin(), v.text.end(), [](char c) { return (uint8_t(c) & 0xC0) != 0x80; }));
    }
    throw Error("the filter '" + e.name + "' is not supported");
  }

  bool test(const Expr& e) {
    // A function that we lack is undefined, as any unknown name.
    const Value v = eval(*e.kids[0]);
    if (!e.arguments.empty()) throw Error("the test '" + e.name + "' with arguments is not supported");
    if (e.name == "defined") return v.kind != Kind::Undefined;
    if (e.name == "undefined") return v.kind == Kind::Undefined;
    if (e.name == "none") return v.kind == Kind::None;
    if (e.name == "string") return v.kind == Kind::Text;
    if (e.name == "mapping") return v.kind == Kind::Map;
    if (e.name == "boolean") return v.kind == Kind::Bool;
    if (e.name == "iterable" || e.name == "sequence") return v.kind == Kind::Text || v.kind == Kind::List || v.kind == Kind::Map;
    if (e.name == "true") return v.kind == Kind::Bool && v.number;
    if (e.name == "false") return v.kind == Kind::Bool && !v.number;
    throw Error("the test '" + e.name + "' is not supported");
  }

  std::vector<Value::Map> m_scopes;
  std::string m_out;
  size_t m_work = 0;
};

}  // namespace

ChatRender renderChatTemplate(std::string_view source, const ChatInput& input) {
  ChatRender result;
  try {
    Value::List messages;
    for (const ChatInput::Message& m : input.messages) {
      messages.push_back(Value::mapOf({{"role", Value::string(m.role)}, {"content", Value::string(m.content)}}));
    }
    Renderer renderer({{"messages", Value::listOf(std::move(messages))},
                       {"add_generation_prompt", Value::boolean(input.addGenerationPrompt)},
                       {"bos_token", Value::string(input.bosToken)},
                       {"eos_token", Value::string(input.eosToken)},
                       {"tools", Value::none()},
                       {"documents", Value::none()}});
    const Body body = parse(source);
    result.text = renderer.run(body);
    result.ok = true;
  } catch (const Error& e) {
    result.reason = e.what();
  }
  return result;
}

}  // namespace presslab
