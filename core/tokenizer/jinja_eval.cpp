// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/tokenizer/jinja_render.h"
#include "core/tokenizer/utf8.h"

namespace presslab::jinja {

using Kind = Value::Kind;

std::vector<std::string> characters(const std::string& text) {
  std::vector<std::string> out;
  for (size_t pos = 0; pos < text.size();) {
    const size_t bytes = decodeUtf8(text, pos).bytes;
    out.push_back(text.substr(pos, bytes));
    pos += bytes;
  }
  return out;
}

Value Renderer::eval(const Expr& e) {
  const Deeper deeper(m_depth);
  work(1);
  switch (e.kind) {
    case Expr::Kind::Literal:
      work(e.literal.text.size());
      return e.literal;
    case Expr::Kind::Name:
      return lookup(e.name);
    case Expr::Kind::List:
    case Expr::Kind::Map:
      return collection(e);
    case Expr::Kind::Not:
      return Value::boolean(!eval(*e.kids[0]).truthy());
    case Expr::Kind::Negate:
      return combine(Value::integer(0), "-", eval(*e.kids[0]));
    case Expr::Kind::And:
    case Expr::Kind::Or:
      return logic(e);
    case Expr::Kind::Compare:
      return compare(e);
    case Expr::Kind::Arithmetic:
      return arithmetic(e);
    case Expr::Kind::Condition:
      if (eval(*e.kids[1]).truthy()) return eval(*e.kids[0]);
      return e.kids[2] ? eval(*e.kids[2]) : Value{};
    case Expr::Kind::Attribute:
      return member(eval(*e.kids[0]), Value::string(e.name), true);
    case Expr::Kind::Subscript: {
      const Value object = eval(*e.kids[0]);
      return member(object, eval(*e.kids[1]), false);
    }
    case Expr::Kind::Slice:
      return slice(e);
    case Expr::Kind::Call:
      return call(e);
    case Expr::Kind::Filter:
      return filter(e);
    case Expr::Kind::Test:
      return Value::boolean(test(eval(*e.kids[0]), e.name, given(e)) != e.negated);
  }
  return {};
}

int64_t Renderer::integer(const Value& v) {
  if (v.kind != Kind::Int && v.kind != Kind::Bool) throw Error("a number expected");
  return v.number;
}

Value::List Renderer::elements(const Value& v) {
  Value::List out;
  if (v.kind == Kind::List) {
    work(v.list->size() * sizeof(Value));
    out = *v.list;
  } else if (v.kind == Kind::Map) {
    for (const auto& item : *v.map) {
      work(sizeof(Value) + item.first.size());
      out.push_back(Value::string(item.first));
    }
  } else if (v.kind == Kind::Text) {
    work(v.text.size() * sizeof(Value));
    for (std::string& c : characters(v.text)) out.push_back(Value::string(std::move(c)));
  } else if (v.kind != Kind::Undefined) {
    throw Error("walking something that is no list");
  }
  return out;
}

Value Renderer::collection(const Expr& e) {
  if (e.kind == Expr::Kind::List) {
    Value::List items;
    for (const ExprPtr& kid : e.kids) items.push_back(eval(*kid));
    Value list = Value::listOf(std::move(items));
    list.tuple = e.tuple;
    return list;
  }
  Value::Map items;
  for (size_t i = 0; i + 1 < e.kids.size(); i += 2) {
    const Value key = eval(*e.kids[i]);
    if (key.kind != Kind::Text) throw Error("a map key that is no text");
    assign(items, key.text, eval(*e.kids[i + 1]));
  }
  return Value::mapOf(std::move(items));
}

Value Renderer::logic(const Expr& e) {
  Value v;
  for (const ExprPtr& kid : e.kids) {
    v = eval(*kid);
    if (v.truthy() == (e.kind == Expr::Kind::Or)) return v;
  }
  return v;
}

Value Renderer::compare(const Expr& e) {
  Value left = eval(*e.kids[0]);
  for (size_t i = 0; i < e.ops.size(); ++i) {
    Value right = eval(*e.kids[i + 1]);
    if (!holds(left, e.ops[i], right)) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

bool Renderer::holds(const Value& a, const std::string& op, const Value& b) {
  work(a.text.size() + b.text.size());
  if (op == "==" || op == "!=") {
    walkWork(a);
    return equal(a, b) == (op == "==");
  }
  if (op == "in" || op == "not in") return within(a, b) == (op == "in");
  int order = 0;
  if (a.kind == Kind::Text && b.kind == Kind::Text) {
    order = a.text.compare(b.text);  // bytes of UTF-8 order as code points do
  } else {
    const int64_t x = integer(a), y = integer(b);
    order = x < y ? -1 : x > y;
  }
  return op == "<" ? order < 0 : op == ">" ? order > 0 : op == "<=" ? order <= 0 : order >= 0;
}

bool Renderer::within(const Value& a, const Value& b) {
  if (b.kind == Kind::Text && a.kind == Kind::Text) return b.text.find(a.text) != std::string::npos;
  if (b.kind == Kind::List) {
    walkWork(b);
    return std::any_of(b.list->begin(), b.list->end(), [&](const Value& i) { return equal(a, i); });
  }
  if (b.kind == Kind::Map) return a.kind == Kind::Text && b.find(a.text) != nullptr;
  if (b.kind == Kind::Undefined) return false;
  throw Error("'in' something that is no text, list or map");
}

Value Renderer::arithmetic(const Expr& e) {
  Value v = eval(*e.kids[0]);
  for (size_t i = 0; i < e.ops.size(); ++i) v = combine(v, e.ops[i], eval(*e.kids[i + 1]));
  return v;
}

Value Renderer::combine(const Value& a, const std::string& op, const Value& b) {
  if (op == "~" || (op == "+" && a.kind == Kind::Text && b.kind == Kind::Text)) {
    const std::string left = printed(a), right = printed(b);
    work(left.size() + right.size());
    if (left.size() + right.size() > kMaxText) throw Error("a text is longer than " + std::to_string(kMaxText) + " bytes");
    return Value::string(left + right);
  }
  if (op == "+" && a.kind == Kind::List && b.kind == Kind::List && !a.lazy && !b.lazy && a.tuple == b.tuple) {
    work((a.list->size() + b.list->size()) * sizeof(Value));
    Value::List items = *a.list;
    items.insert(items.end(), b.list->begin(), b.list->end());
    Value list = Value::listOf(std::move(items));
    list.tuple = a.tuple;
    return list;
  }
  if (op == "*" && (a.kind == Kind::Text) != (b.kind == Kind::Text)) {
    const std::string& part = a.kind == Kind::Text ? a.text : b.text;
    const int64_t times = integer(a.kind == Kind::Text ? b : a);
    std::string out;
    if (times > 0 && part.size() * uint64_t(std::min<int64_t>(times, int64_t(kMaxText) + 1)) > kMaxText) throw Error("a text is too long");
    work(part.size() * size_t(std::max<int64_t>(times, 0)));
    for (int64_t i = 0; i < times && !part.empty(); ++i) out += part;
    return Value::string(std::move(out));
  }
  const int64_t x = integer(a), y = integer(b);
  int64_t out = 0;
  bool bad = false;
  if (op == "+")
    bad = __builtin_add_overflow(x, y, &out);
  else if (op == "-")
    bad = __builtin_sub_overflow(x, y, &out);
  else if (op == "*")
    bad = __builtin_mul_overflow(x, y, &out);
  else if (y == 0 || y == -1)
    bad = y == 0 || op == "//";
  else
    out = op == "%" ? ((x % y) + y) % y : x / y - (x % y != 0 && (x < 0) != (y < 0));
  if (bad) throw Error("arithmetic out of range");
  return Value::integer(out);
}

Value Renderer::member(const Value& object, const Value& key, bool attribute) {
  static constexpr std::string_view kMapMethods[] = {"items", "keys",    "values", "get",        "copy",    "update",
                                                     "pop",   "popitem", "clear",  "setdefault", "fromkeys"};
  static constexpr std::string_view kListMethods[] = {"append", "extend", "insert", "remove",  "pop", "clear",
                                                      "index",  "count",  "sort",   "reverse", "copy"};
  static constexpr std::string_view kTextMethods[] = {
      "capitalize",   "casefold", "center",   "count",   "encode",    "endswith",   "expandtabs",   "find",      "format",    "format_map",
      "index",        "isalnum",  "isalpha",  "isascii", "isdecimal", "isdigit",    "isidentifier", "islower",   "isnumeric", "isprintable",
      "isspace",      "istitle",  "isupper",  "join",    "ljust",     "lower",      "lstrip",       "maketrans", "partition", "removeprefix",
      "removesuffix", "replace",  "rfind",    "rindex",  "rjust",     "rpartition", "rsplit",       "rstrip",    "split",     "splitlines",
      "startswith",   "strip",    "swapcase", "title",   "translate", "upper",      "zfill"};
  const auto refuse = [&](const auto& names) {
    for (const std::string_view n : names) {
      if (attribute && n == key.text) throw Error("the method '" + key.text + "' without a call is not supported");
    }
  };
  if (object.kind == Kind::Undefined) throw Error("a part of an undefined value");
  if (object.kind == Kind::Map && key.kind == Kind::Text) {
    if (!object.changeable) refuse(kMapMethods);
    const Value* found = object.find(key.text);
    if (found) work(found->text.size());
    return found ? *found : Value{};
  }
  if (key.kind == Kind::Text) {
    if (key.text.compare(0, 2, "__") == 0) throw Error("the attribute '" + key.text + "' is not supported");
    if (object.kind == Kind::List) refuse(kListMethods);
    if (object.kind == Kind::Text) refuse(kTextMethods);
    return {};
  }
  if ((object.kind == Kind::List && !object.lazy) || object.kind == Kind::Text) {
    if (key.kind != Kind::Int && key.kind != Kind::Bool) throw Error("a subscript that is not supported");
    const Value::List items = elements(object);
    const int64_t n = int64_t(items.size()), i = key.number < 0 ? key.number + n : key.number;
    return i < 0 || i >= n ? Value{} : items[size_t(i)];
  }
  throw Error("a subscript that is not supported");
}

Value Renderer::slice(const Expr& e) {
  const Value object = eval(*e.kids[0]);
  if ((object.kind != Kind::List || object.lazy) && object.kind != Kind::Text) throw Error("a slice of something that is no list or text");
  const Value::List items = elements(object);
  const int64_t n = int64_t(items.size());
  const auto given = [&](size_t kid) { return e.kids[kid] ? eval(*e.kids[kid]) : Value::none(); };
  const Value from = given(1), to = given(2), by = given(3);
  const int64_t step = by.kind == Kind::None ? 1 : integer(by);
  if (step == 0) throw Error("a slice with a step of 0");
  const auto bound = [&](const Value& x, int64_t otherwise) {
    if (x.kind == Kind::None) return otherwise;
    const int64_t i = integer(x) < 0 ? std::max<int64_t>(integer(x), -n - 1) + n : integer(x);
    return std::clamp<int64_t>(i, step < 0 ? -1 : 0, step < 0 ? n - 1 : n);
  };
  const int64_t begin = bound(from, step < 0 ? n - 1 : 0), end = bound(to, step < 0 ? -1 : n);
  Value::List out;
  std::string text;
  for (int64_t i = begin; step < 0 ? i > end : i < end;) {
    if (object.kind == Kind::Text)
      text += items[size_t(i)].text;
    else
      out.push_back(items[size_t(i)]);
    if (step > n || step < -n) break;
    i += step;
  }
  if (object.kind == Kind::Text) return this->text(text);
  Value list = Value::listOf(std::move(out));
  list.tuple = object.tuple;
  return list;
}

}  // namespace presslab::jinja
