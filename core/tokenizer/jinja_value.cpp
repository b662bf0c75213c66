// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/tokenizer/jinja_tree.h"

namespace presslab::jinja {

namespace {

int checkedDepth(int inner) {
  if (inner + 1 > kMaxDepth) throw Error("a value nested deeper than " + std::to_string(kMaxDepth));
  return inner + 1;
}

bool isNumber(const Value& v) { return v.kind == Value::Kind::Int || v.kind == Value::Kind::Bool; }

}  // namespace

Value Value::string(std::string s) {
  Value v = of(Kind::Text, 0);
  v.text = std::move(s);
  return v;
}

Value Value::listOf(List items) {
  Value v = of(Kind::List, 0);
  int inner = 0;
  for (const Value& i : items) inner = std::max(inner, i.depth);
  v.depth = checkedDepth(inner);
  v.list = std::make_shared<List>(std::move(items));
  return v;
}

Value Value::mapOf(Map items) {
  Value v = of(Kind::Map, 0);
  int inner = 0;
  for (const auto& i : items) inner = std::max(inner, i.second.depth);
  v.depth = checkedDepth(inner);
  v.map = std::make_shared<Map>(std::move(items));
  return v;
}

bool Value::truthy() const {
  switch (kind) {
    case Kind::Bool:
    case Kind::Int:
      return number != 0;
    case Kind::Text:
      return !text.empty();
    case Kind::List:
      return lazy || !list->empty();
    case Kind::Map:
      return !map->empty();
    default:
      return false;
  }
}

const Value* Value::find(const std::string& key) const {
  if (kind != Kind::Map) return nullptr;
  for (const auto& [name, value] : *map) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool holdsNamespace(const Value& v) {
  if (v.changeable) return true;
  if (v.kind == Value::Kind::List) return std::any_of(v.list->begin(), v.list->end(), holdsNamespace);
  return v.kind == Value::Kind::Map && std::any_of(v.map->begin(), v.map->end(), [](const auto& i) { return holdsNamespace(i.second); });
}

bool equal(const Value& a, const Value& b) {
  if (isNumber(a) && isNumber(b)) return a.number == b.number;
  if (a.kind != b.kind) return false;
  if (a.kind == Value::Kind::Text) return a.text == b.text;
  if (a.kind == Value::Kind::List && (a.tuple != b.tuple || a.lazy || b.lazy)) return a.list == b.list;
  if (a.kind == Value::Kind::List) return a.list == b.list || std::equal(a.list->begin(), a.list->end(), b.list->begin(), b.list->end(), equal);
  if (a.kind == Value::Kind::Map) {
    if (a.map->size() != b.map->size()) return false;
    return std::all_of(a.map->begin(), a.map->end(), [&](const auto& item) {
      const Value* other = b.find(item.first);
      return other && equal(item.second, *other);
    });
  }
  return true;
}

}  // namespace presslab::jinja
