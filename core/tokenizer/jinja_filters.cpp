// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <utf8proc.h>

#include <algorithm>

#include "core/tokenizer/jinja_render.h"
#include "core/tokenizer/utf8.h"

namespace presslab::jinja {

using Kind = Value::Kind;

std::string changedCase(const std::string& s, bool upper) {
  std::string out;
  for (size_t pos = 0; pos < s.size();) {
    const Utf8Char c = decodeUtf8(s, pos);
    if (c.code == Utf8Char::kInvalid) {
      out += s[pos];
    } else {
      const auto code = utf8proc_int32_t(c.code);
      const uint32_t changed = uint32_t(upper ? utf8proc_toupper(code) : utf8proc_tolower(code));
      // Letters whose other case is several letters, or depends on what stands around them.
      if (c.code == 0xDF || c.code == 0x130 || c.code == 0x149 || c.code == 0x1F0 || c.code == 0x3A3 || (c.code >= 0x1F00 && c.code < 0x2000) ||
          (c.code >= 0xFB00 && c.code < 0xFB20) || c.code == 0x390 || c.code == 0x3B0 || c.code == 0x587 || (c.code >= 0x1E96 && c.code <= 0x1E9E)) {
        throw Error("the case of a letter that has several");
      }
      appendUtf8(out, changed);
    }
    pos += c.bytes;
  }
  return out;
}

namespace {

bool isAscii(const std::string& s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return uint8_t(c) < 0x80; });
}

std::string titled(const std::string& s, bool everyWord) {
  if (!isAscii(s)) throw Error("title case of such letters is not supported");
  std::string out = changedCase(s, false);
  bool begins = true;
  for (char& c : out) {
    const bool letter = c >= 'a' && c <= 'z';
    if (begins && letter) c = char(c - 32);
    begins = everyWord && !letter;
  }
  return out;
}

bool isNumber(const Value& v) { return v.kind == Kind::Int || v.kind == Kind::Bool; }

}  // namespace

Value Renderer::filter(const Expr& e) {
  const Value v = eval(*e.kids[0]);
  return applyFilter(v, e.name, given(e));
}

Value Renderer::applyFilter(const Value& v, const std::string& name, Given g) {
  static constexpr std::string_view kText[] = {"trim", "upper", "lower", "title", "capitalize", "replace", "string", "safe", "int", "indent", "abs"};
  static constexpr std::string_view kList[] = {"list", "first", "last", "join", "reverse", "sort", "min", "max", "sum", "items", "dictsort"};
  if (name == "default" || name == "d") {
    const Value otherwise = argument(g, "default_value", Value::string({})), falsy = argument(g, "boolean", Value::boolean(false));
    finish(g, "the filter '" + name + "'");
    return v.kind == Kind::Undefined || (falsy.truthy() && !v.truthy()) ? otherwise : v;
  }
  if (name == "tojson") {
    const Value indent = argument(g, "indent", Value::none());
    finish(g, "the filter 'tojson'");
    constexpr int64_t kMostIndent = 64;
    if (indent.kind != Kind::None && (integer(indent) < 0 || integer(indent) > kMostIndent)) throw Error("such an indent is not supported");
    walkWork(v);
    return text(toJson(v, indent.kind == Kind::None ? -1 : int(integer(indent))));
  }
  if (name == "length" || name == "count") {
    finish(g, "the filter '" + name + "'");
    if (v.kind == Kind::List && !v.lazy) return Value::integer(int64_t(v.list->size()));
    if (v.kind == Kind::Map && !v.changeable) return Value::integer(int64_t(v.map->size()));
    if (v.kind == Kind::Undefined) return Value::integer(0);
    if (v.kind != Kind::Text) throw Error("the length of something that has none");
    return Value::integer(std::count_if(v.text.begin(), v.text.end(), [](char c) { return (uint8_t(c) & 0xC0) != 0x80; }));
  }
  if (name == "map") return mapped(v, std::move(g));
  if (name == "select" || name == "reject" || name == "selectattr" || name == "rejectattr") return pick(v, name, std::move(g));
  if (std::find(std::begin(kText), std::end(kText), name) != std::end(kText)) return textFilter(v, name, g);
  if (std::find(std::begin(kList), std::end(kList), name) != std::end(kList)) return listFilter(v, name, g);
  throw Error("the filter '" + name + "' is not supported");
}

Value Renderer::textFilter(const Value& v, const std::string& name, Given& g) {
  if (name == "abs") {
    finish(g, "the filter 'abs'");
    return Value::integer(std::abs(integer(v)));
  }
  if (name == "int") {
    const Value otherwise = argument(g, "default", Value::integer(0));
    finish(g, "the filter 'int'");
    if (isNumber(v)) return Value::integer(v.number);
    const std::string_view digits = v.kind == Kind::Text ? trimUnicode(v.text, true, true) : std::string_view();
    const size_t sign = !digits.empty() && (digits[0] == '-' || digits[0] == '+') ? 1 : 0;
    constexpr size_t kMaxDigits = 18;
    if (digits.size() == sign || !std::all_of(digits.begin() + ptrdiff_t(sign), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      if (digits.find_first_of("0123456789") != std::string_view::npos) throw Error("such a number is not supported");
      return otherwise;
    }
    if (digits.size() > kMaxDigits) throw Error("a number is too large");
    return Value::integer(std::stoll(std::string(digits)));
  }
  const std::string s = printed(v);
  work(s.size());
  if (name == "trim") {
    const Value set = argument(g, "chars", Value::none());
    finish(g, "the filter 'trim'");
    if (set.kind == Kind::None) return text(trimUnicode(s, true, true));
    Given chars;
    chars.values.push_back(set);
    return textMethod(s, "strip", chars);
  }
  if (name == "replace") {
    const Value from = needed(g, "old"), to = needed(g, "new"), count = argument(g, "count", Value::none());
    finish(g, "the filter 'replace'");
    return replaced(s, from, to, count.kind == Kind::None ? Value::integer(-1) : count);
  }
  if (name == "indent") {
    const int64_t width = integer(argument(g, "width", Value::integer(4)));
    const bool first = argument(g, "first", Value::boolean(false)).truthy(), blank = argument(g, "blank", Value::boolean(false)).truthy();
    finish(g, "the filter 'indent'");
    if (width < 0 || width > 64 || s.find_first_of("\r\v\f\x1c\x1d\x1e") != std::string::npos || !isAscii(s))
      throw Error("such an indent is not supported");
    const std::string space(size_t(width), ' ');
    std::string out = first ? space : "";
    for (size_t i = 0; i < s.size(); ++i) {
      out += s[i];
      const bool empty = i + 1 >= s.size() || s[i + 1] == '\n';
      if (s[i] == '\n' && (blank || !empty)) out += space;
      if (out.size() > kMaxText) throw Error("a text is too long");
    }
    return text(out);
  }
  finish(g, "the filter '" + name + "'");
  if (name == "upper" || name == "lower") return text(changedCase(s, name == "upper"));
  if (name == "title" || name == "capitalize") return text(titled(s, name == "title"));
  return text(s);
}

Value Renderer::pathOf(const Value& v, const std::string& path) {
  Value at = v;
  for (size_t pos = 0; pos <= path.size();) {
    const size_t end = std::min(path.find('.', pos), path.size());
    const std::string part = path.substr(pos, end - pos);
    const bool digits = !part.empty() && part.size() < 10 && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    at = member(at, digits ? Value::integer(std::stoll(part)) : Value::string(part), false);
    pos = end + 1;
  }
  return at;
}

Value Renderer::mapped(const Value& v, Given g) {
  Value::List out;
  const bool byAttribute = g.values.empty();
  const Value what = byAttribute ? needed(g, "attribute") : needed(g, "filter");
  if (what.kind != Kind::Text) throw Error("'map' with something that is no name");
  const Value otherwise = byAttribute ? argument(g, "default", Value{}) : Value{};
  if (byAttribute) finish(g, "the filter 'map'");
  Given rest;
  rest.values.assign(g.values.begin() + ptrdiff_t(g.taken), g.values.end());
  rest.named = g.named;
  for (const Value& item : elements(v)) {
    Value result = byAttribute ? pathOf(item, what.text) : applyFilter(item, what.text, rest);
    if (result.kind == Kind::Undefined && byAttribute) result = otherwise;
    out.push_back(std::move(result));
  }
  Value list = Value::listOf(std::move(out));
  list.lazy = true;
  return list;
}

Value Renderer::pick(const Value& v, const std::string& name, Given g) {
  const bool byAttribute = name == "selectattr" || name == "rejectattr", wanted = name == "select" || name == "selectattr";
  const Value path = byAttribute ? needed(g, "attribute") : Value::none();
  if (byAttribute && path.kind != Kind::Text) throw Error("'" + name + "' with something that is no name");
  Given rest;
  std::string test;
  if (g.taken < g.values.size()) {
    const Value named = g.values[g.taken++];
    if (named.kind != Kind::Text) throw Error("'" + name + "' with something that is no test");
    test = named.text;
    rest.values.assign(g.values.begin() + ptrdiff_t(g.taken), g.values.end());
  }
  if (!g.named.empty()) throw Error("the filter '" + name + "' with these arguments is not supported");
  Value::List out;
  for (const Value& item : elements(v)) {
    const Value looked = byAttribute ? pathOf(item, path.text) : item;
    if ((test.empty() ? looked.truthy() : this->test(looked, test, rest)) == wanted) out.push_back(item);
  }
  Value list = Value::listOf(std::move(out));
  list.lazy = true;
  return list;
}

Value Renderer::listFilter(const Value& v, const std::string& name, Given& g) {
  if (name == "items" || name == "dictsort") {
    finish(g, "the filter '" + name + "'");
    if (v.kind == Kind::Undefined && name == "items") return Value::listOf({});
    if (v.kind != Kind::Map) throw Error("'" + name + "' of something that is no map");
    Given none;
    Value pairs = mapMethod(v, "items", none);
    if (name == "dictsort") {
      walkWork(v);
      std::stable_sort(pairs.list->begin(), pairs.list->end(),
                       [](const Value& a, const Value& b) { return changedCase((*a.list)[0].text, false) < changedCase((*b.list)[0].text, false); });
    }
    pairs.lazy = name == "items";
    return pairs;
  }
  if (name == "join") {
    const std::string between = printed(argument(g, "d", Value::string({})));
    const Value attribute = argument(g, "attribute", Value::none());
    finish(g, "the filter 'join'");
    std::string out;
    bool first = true;
    for (const Value& item : elements(v)) {
      if (!first) out += between;
      first = false;
      out += printed(attribute.kind == Kind::None ? item : pathOf(item, attribute.text));
      work(item.text.size() + between.size());
      if (out.size() > kMaxText) throw Error("a text is too long");
    }
    return text(out);
  }
  if (name == "reverse" && v.kind == Kind::Text) {
    finish(g, "the filter 'reverse'");
    std::string out;
    for (const Value& c : elements(v)) out.insert(0, c.text);
    work(v.text.size() * v.text.size() / 16);
    return text(out);
  }
  if (name == "last" && v.lazy) throw Error("'last' of what a filter gives piece by piece");
  Value::List items = elements(v);
  if (name == "sort" || name == "min" || name == "max") {
    const bool down = name == "sort" && argument(g, "reverse", Value::boolean(false)).truthy();
    finish(g, "the filter '" + name + "'");
    work(items.size() * 16);
    std::vector<std::pair<Value, Value>> keyed;
    for (const Value& i : items) keyed.emplace_back(i.kind == Kind::Text ? Value::string(changedCase(i.text, false)) : i, i);
    for (const auto& k : keyed) holds(keyed.front().first, "<", k.first);  // all of one kind, or an error
    const auto less = [](const auto& a, const auto& b) {
      return a.first.kind == Kind::Text ? a.first.text < b.first.text : a.first.number < b.first.number;
    };
    if (name == "sort") {
      if (down)
        std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) { return less(b, a); });
      else
        std::stable_sort(keyed.begin(), keyed.end(), less);
      for (size_t i = 0; i < items.size(); ++i) items[i] = keyed[i].second;
      return Value::listOf(std::move(items));
    }
    if (keyed.empty()) return {};
    return name == "min" ? std::min_element(keyed.begin(), keyed.end(), less)->second : std::max_element(keyed.begin(), keyed.end(), less)->second;
  }
  finish(g, "the filter '" + name + "'");
  if (name == "first") return items.empty() ? Value{} : items.front();
  if (name == "last") return items.empty() ? Value{} : items.back();
  if (name == "sum") {
    Value total = Value::integer(0);
    for (const Value& i : items) total = combine(total, "+", i);
    return total;
  }
  if (name == "reverse") std::reverse(items.begin(), items.end());
  Value list = Value::listOf(std::move(items));
  list.lazy = name == "reverse";
  return list;
}

bool Renderer::test(const Value& v, const std::string& name, Given g) {
  static constexpr std::pair<std::string_view, std::string_view> kOrders[] = {
      {"equalto", "=="}, {"eq", "=="},         {"==", "=="}, {"ne", "!="}, {"!=", "!="}, {"lt", "<"},  {"lessthan", "<"}, {"<", "<"},
      {"gt", ">"},       {"greaterthan", ">"}, {">", ">"},   {"le", "<="}, {"<=", "<="}, {"ge", ">="}, {">=", ">="},      {"in", "in"}};
  for (const auto& [test, op] : kOrders) {
    if (name != test) continue;
    const Value other = needed(g, "other");
    finish(g, "the test '" + name + "'");
    return holds(v, std::string(op), other);
  }
  if (name == "divisibleby") {
    const int64_t by = integer(needed(g, "num"));
    finish(g, "the test 'divisibleby'");
    if (by == 0) throw Error("arithmetic out of range");
    return by == -1 || integer(v) % by == 0;
  }
  finish(g, "the test '" + name + "'");
  // A function that we lack is undefined, as any unknown name.
  if (name == "defined") return v.kind != Kind::Undefined;
  if (name == "undefined") return v.kind == Kind::Undefined;
  if (name == "none") return v.kind == Kind::None;
  if (name == "string") return v.kind == Kind::Text;
  if (name == "mapping") return v.kind == Kind::Map && !v.changeable;
  if (name == "boolean") return v.kind == Kind::Bool;
  if (name == "integer") return v.kind == Kind::Int;
  if (name == "float") return false;
  if (name == "number") return isNumber(v);
  if (name == "iterable") return v.kind == Kind::Text || v.kind == Kind::List || v.kind == Kind::Map || v.kind == Kind::Undefined;
  if (name == "sequence") return v.kind == Kind::Text || (v.kind == Kind::List && !v.lazy) || v.kind == Kind::Map || v.kind == Kind::Undefined;
  if (name == "true") return v.kind == Kind::Bool && v.number;
  if (name == "false") return v.kind == Kind::Bool && !v.number;
  if (name == "even") return integer(v) % 2 == 0;
  if (name == "odd") return integer(v) % 2 != 0;
  throw Error("the test '" + name + "' is not supported");
}

}  // namespace presslab::jinja
