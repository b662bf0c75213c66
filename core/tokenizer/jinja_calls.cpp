// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>

#include "core/tokenizer/jinja_render.h"
#include "core/tokenizer/utf8.h"

namespace presslab::jinja {

using Kind = Value::Kind;

Renderer::Given Renderer::given(const Expr& e) {
  Given g;
  for (const Argument& a : e.arguments) {
    Value v = eval(*a.value);
    if (!a.name.empty())
      g.named.emplace_back(a.name, std::move(v));
    else if (!g.named.empty())
      throw Error("an argument without name after one with a name");
    else
      g.values.push_back(std::move(v));
  }
  return g;
}

Value Renderer::argument(Given& g, const char* name, Value otherwise) {
  if (g.taken < g.values.size()) return g.values[g.taken++];
  for (auto it = g.named.begin(); it != g.named.end(); ++it) {
    if (it->first != name) continue;
    Value v = std::move(it->second);
    g.named.erase(it);
    return v;
  }
  return otherwise;
}

Value Renderer::needed(Given& g, const char* name) {
  if (g.taken >= g.values.size() && std::none_of(g.named.begin(), g.named.end(), [&](const auto& n) { return n.first == name; })) {
    throw Error(std::string("the argument '") + name + "' is missing");
  }
  return argument(g, name, {});
}

void Renderer::finish(const Given& g, const std::string& what) {
  if (g.taken < g.values.size() || !g.named.empty()) throw Error(what + " with these arguments is not supported");
}

Value Renderer::call(const Expr& e) {
  const Expr& callee = *e.kids[0];
  if (callee.kind == Expr::Kind::Name) {
    const auto macro = m_macros.find(callee.name);
    return macro != m_macros.end() ? callMacro(*macro->second, e) : callFunction(callee.name, e);
  }
  if (callee.kind != Expr::Kind::Attribute) throw Error("a call of that kind is not supported");
  if (callee.name == "cycle" && callee.kids[0]->kind == Expr::Kind::Name && callee.kids[0]->name == "loop") {
    const Given g = given(e);
    const Value index = member(lookup("loop"), Value::string("index0"), false);
    if (g.values.empty() || !g.named.empty()) throw Error("the call of 'cycle' like that is not supported");
    return g.values[size_t(integer(index)) % g.values.size()];
  }
  const Value object = eval(*callee.kids[0]);
  return callMethod(object, callee.name, given(e));
}

/// A macro sees its parameters and what the template set outside of loops.
Value Renderer::callMacro(const Block& macro, const Expr& e) {
  Given g = given(e);
  std::vector<Value::Map> scopes;
  scopes.push_back(std::move(m_scopes.front()));
  scopes.emplace_back();
  std::swap(scopes, m_scopes);
  for (const Argument& p : macro.parameters) {
    const Value missing = p.value && g.taken >= g.values.size() ? eval(*p.value) : Value{};
    assign(m_scopes.back(), p.name, argument(g, p.name.c_str(), missing));
  }
  finish(g, "the macro '" + macro.text + "'");
  const std::string out = captured(macro.branches[0].second);
  std::swap(scopes, m_scopes);
  m_scopes.front() = std::move(scopes.front());
  return text(out);
}

Value Renderer::callFunction(const std::string& name, const Expr& e) {
  Given g = given(e);
  if (name == "raise_exception") throw Error("it refuses these messages: " + printed(needed(g, "message")));
  if (name == "namespace" || name == "dict") {
    if (!g.values.empty()) throw Error("the call of '" + name + "' with arguments without names is not supported");
    for (const auto& [key, value] : g.named) {
      if (holdsNamespace(value)) throw Error("a namespace within a namespace is not supported");
    }
    Value v = Value::mapOf(std::move(g.named));
    v.changeable = name == "namespace";
    return v;
  }
  if (name == "range") {
    const int64_t a = integer(needed(g, "start"));
    const Value second = argument(g, "stop", Value::none());
    const int64_t step = integer(argument(g, "step", Value::integer(1)));
    finish(g, "'range'");
    const int64_t from = second.kind == Kind::None ? 0 : a, to = second.kind == Kind::None ? a : integer(second);
    if (step == 0) throw Error("a range with a step of 0");
    constexpr int64_t kMost = 100000;  // as the reference's sandbox
    const bool empty = step > 0 ? from >= to : from <= to;
    const uint64_t distance = empty ? 0 : step > 0 ? uint64_t(to) - uint64_t(from) : uint64_t(from) - uint64_t(to);
    const uint64_t stride = step > 0 ? uint64_t(step) : uint64_t(0) - uint64_t(step);
    const uint64_t n = empty ? 0 : (distance - 1) / stride + 1;
    if (n > uint64_t(kMost)) throw Error("a range longer than " + std::to_string(kMost));
    work(size_t(n) * sizeof(Value));
    Value::List items;
    for (uint64_t i = 0; i < n; ++i) items.push_back(Value::integer(from + int64_t(i) * step));
    return Value::listOf(std::move(items));
  }
  if (name == "strftime_now") {
    const std::string format = printed(needed(g, "format"));
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    char out[256];
    const size_t n = format.empty() ? 0 : std::strftime(out, sizeof out, format.c_str(), &local);
    return text(std::string_view(out, n));
  }
  throw Error("the call of '" + name + "' is not supported");
}

Value Renderer::callMethod(const Value& object, const std::string& name, Given g) {
  if (object.kind == Kind::Text) return textMethod(object.text, name, g);
  if (object.kind == Kind::Map && !object.changeable) return mapMethod(object, name, g);
  if (object.kind == Kind::Undefined) throw Error("a part of an undefined value");
  throw Error("the call of '" + name + "' is not supported");
}

Value Renderer::mapMethod(const Value& map, const std::string& name, Given& g) {
  if (name == "get") {
    const Value key = needed(g, "key"), otherwise = argument(g, "default", Value::none());
    finish(g, "'get'");
    const Value* found = key.kind == Kind::Text ? map.find(key.text) : nullptr;
    return found ? *found : otherwise;
  }
  finish(g, "'" + name + "'");
  if (name != "items" && name != "keys" && name != "values") throw Error("the call of '" + name + "' is not supported");
  Value::List out;
  for (const auto& [key, value] : *map.map) {
    work(2 * sizeof(Value) + key.size() + value.text.size());
    if (name == "items") {
      out.push_back(Value::listOf({Value::string(key), value}));
      out.back().tuple = true;
      continue;
    }
    out.push_back(name == "keys" ? Value::string(key) : value);
  }
  return Value::listOf(std::move(out));
}

namespace {

/// Strips characters of a set from the ends.
std::string_view stripped(std::string_view s, const std::string& set, bool left, bool right) {
  const std::vector<std::string> wanted = characters(set);
  const auto is = [&](std::string_view c) { return std::find(wanted.begin(), wanted.end(), c) != wanted.end(); };
  while (left && !s.empty()) {
    const size_t n = decodeUtf8(s, 0).bytes;
    if (!is(s.substr(0, n))) break;
    s.remove_prefix(n);
  }
  while (right && !s.empty()) {
    size_t at = s.size() - 1;
    while (at > 0 && (uint8_t(s[at]) & 0xC0) == 0x80) --at;
    if (!is(s.substr(at))) break;
    s = s.substr(0, at);
  }
  return s;
}

bool beginsOrEnds(const std::string& text, const std::string& part, bool begins) {
  return part.size() <= text.size() && text.compare(begins ? 0 : text.size() - part.size(), part.size(), part) == 0;
}

int64_t charactersBefore(const std::string& text, size_t bytes) {
  return std::count_if(text.begin(), text.begin() + ptrdiff_t(bytes), [](char c) { return (uint8_t(c) & 0xC0) != 0x80; });
}

}  // namespace

Value Renderer::textMethod(const std::string& s, const std::string& name, Given& g) {
  const auto part = [&](const char* what) {
    const Value v = needed(g, what);
    if (v.kind != Kind::Text) throw Error("'" + name + "' of something that is no text");
    finish(g, "'" + name + "'");
    return v.text;
  };
  work(s.size());
  if (name == "strip" || name == "lstrip" || name == "rstrip") {
    const Value set = argument(g, "chars", Value::none());
    finish(g, "'" + name + "'");
    const bool left = name != "rstrip", right = name != "lstrip";
    if (set.kind == Kind::None) return text(trimUnicode(s, left, right));
    work(s.size() * (1 + set.text.size() / 4));
    return text(stripped(s, set.text, left, right));
  }
  if (name == "startswith" || name == "endswith") {
    const Value v = needed(g, "prefix");
    finish(g, "'" + name + "'");
    const Value::List parts = v.kind == Kind::List ? *v.list : Value::List{v};
    return Value::boolean(std::any_of(parts.begin(), parts.end(), [&](const Value& p) {
      if (p.kind != Kind::Text) throw Error("'" + name + "' of something that is no text");
      return beginsOrEnds(s, p.text, name == "startswith");
    }));
  }
  if (name == "removeprefix" || name == "removesuffix") {
    const std::string p = part("prefix");
    const bool front = name == "removeprefix";
    if (p.empty() || !beginsOrEnds(s, p, front)) return text(s);
    return text(front ? s.substr(p.size()) : s.substr(0, s.size() - p.size()));
  }
  if (name == "find" || name == "rfind") {
    const std::string p = part("sub");
    const size_t at = name == "find" ? s.find(p) : s.rfind(p);
    return Value::integer(at == std::string::npos ? -1 : charactersBefore(s, at));
  }
  if (name == "count") {
    const std::string p = part("sub");
    if (p.empty()) return Value::integer(charactersBefore(s, s.size()) + 1);
    int64_t n = 0;
    for (size_t at = s.find(p); at != std::string::npos; at = s.find(p, at + p.size())) ++n;
    return Value::integer(n);
  }
  if (name == "replace") {
    const Value from = needed(g, "old"), to = needed(g, "new"), count = argument(g, "count", Value::integer(-1));
    finish(g, "'replace'");
    return replaced(s, from, to, count);
  }
  if (name == "split") {
    const Value separator = argument(g, "sep", Value::none()), most = argument(g, "maxsplit", Value::integer(-1));
    finish(g, "'split'");
    return split(s, separator, most);
  }
  if (name == "join") {
    const Value list = needed(g, "iterable");
    finish(g, "'join'");
    std::string out;
    const char* between = "";
    for (const Value& v : elements(list)) {
      if (v.kind != Kind::Text) throw Error("'join' of something that is no text");
      out += between + v.text;
      between = s.c_str();
      work(v.text.size() + s.size());
      if (out.size() > kMaxText) throw Error("a text is too long");
    }
    return text(out);
  }
  if (name == "upper" || name == "lower" || name == "title" || name == "capitalize") return textFilter(Value::string(s), name, g);
  throw Error("the call of '" + name + "' is not supported");
}

Value Renderer::replaced(const std::string& s, const Value& from, const Value& to, const Value& count) {
  if (from.kind != Kind::Text || to.kind != Kind::Text) throw Error("'replace' with something that is no text");
  if (from.text.empty()) throw Error("'replace' of an empty text is not supported");
  int64_t left = integer(count);
  std::string out;
  size_t pos = 0;
  for (size_t at = s.find(from.text); at != std::string::npos && left != 0; at = s.find(from.text, pos), --left) {
    out.append(s, pos, at - pos);
    out += to.text;
    pos = at + from.text.size();
    work(to.text.size() + 1);
    if (out.size() > kMaxText) throw Error("a text is too long");
  }
  return text(out + s.substr(pos));
}

Value Renderer::split(const std::string& s, const Value& separator, const Value& most) {
  int64_t left = integer(most);
  Value::List out;
  const auto take = [&](std::string_view piece) {
    work(sizeof(Value) + piece.size());
    out.push_back(Value::string(std::string(piece)));
  };
  if (separator.kind == Kind::None) {
    std::string_view rest = trimUnicode(s, true, false);
    while (!rest.empty()) {
      size_t end = 0;
      while (end < rest.size() && trimUnicode(rest.substr(end, decodeUtf8(rest, end).bytes), true, false).size()) end += decodeUtf8(rest, end).bytes;
      if (left == 0) {
        take(rest);
        break;
      }
      take(rest.substr(0, end));
      rest = trimUnicode(rest.substr(end), true, false);
      --left;
    }
    return Value::listOf(std::move(out));
  }
  if (separator.kind != Kind::Text || separator.text.empty()) throw Error("'split' at something that is no text");
  size_t pos = 0;
  for (size_t at = s.find(separator.text); at != std::string::npos && left != 0; at = s.find(separator.text, pos), --left) {
    take(std::string_view(s).substr(pos, at - pos));
    pos = at + separator.text.size();
  }
  take(std::string_view(s).substr(pos));
  return Value::listOf(std::move(out));
}

}  // namespace presslab::jinja
