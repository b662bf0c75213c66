// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/bind_args.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/api/error.h"
#include "core/methods/nearest_name.h"
#include "core/methods/press_table.h"

namespace presslab {
namespace {

std::string shortest(double v) {
  char text[40];
  return std::string(text, std::to_chars(text, text + sizeof text, v == 0 ? 0 : v).ptr);
}

std::string limits(const ParamSpec& p) { return "[" + shortest(p.min) + "," + shortest(p.max) + (p.maxExclusive ? ")" : "]"); }

[[noreturn]] void badValue(const ParamSpec& p, const SpecArg& a, const std::string& why) {
  specError(a.column, std::string(p.key) + "=" + a.text + " " + why);
}

void checkRange(const ParamSpec& p, const SpecArg& a, double v) {
  if (p.min < p.max && (!(v >= p.min) || !(v <= p.max) || (p.maxExclusive && v == p.max))) badValue(p, a, "is outside " + limits(p));
}

std::string boolText(const ParamSpec& p, const SpecArg& a) {
  std::string lower = a.text;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  for (const char* yes : {"true", "1", "yes", "on"}) {
    if (lower == yes) return "true";
  }
  for (const char* no : {"false", "0", "no", "off"}) {
    if (lower == no) return "false";
  }
  badValue(p, a, "is neither true nor false");
}

std::string intText(const ParamSpec& p, const SpecArg& a) {
  int64_t v = 0;
  const char* end = a.text.data() + a.text.size();
  const auto result = std::from_chars(a.text.data(), end, v);
  if (result.ec == std::errc::result_out_of_range) badValue(p, a, "is outside " + limits(p));
  if (result.ec != std::errc() || result.ptr != end) badValue(p, a, "is not a whole number in " + limits(p));
  checkRange(p, a, double(v));
  return std::to_string(v);
}

std::string floatText(const ParamSpec& p, const SpecArg& a) {
  double v = 0;
  const char* end = a.text.data() + a.text.size();
  const auto result = std::from_chars(a.text.data(), end, v);
  if (result.ec == std::errc::result_out_of_range || result.ptr != end || result.ec != std::errc() || !std::isfinite(v)) {
    badValue(p, a, "is not a number in " + limits(p));
  }
  checkRange(p, a, v);
  return shortest(v);
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const size_t end = std::min(list.find('|'), list.size());
    parts.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

std::string choiceText(const ParamSpec& p, const SpecArg& a) {
  const std::vector<std::string_view> choices = split(p.choices);
  if (std::find(choices.begin(), choices.end(), a.text) == choices.end()) {
    badValue(p, a, "is none of " + std::string(p.choices) + suggestion(a.text, choices));
  }
  return a.text;
}

std::string valueText(const ParamSpec& p, const SpecArg& a) {
  if (a.press) specError(a.column, std::string(p.key) + " takes no press");
  switch (p.type) {
    case ParamType::Bool:
      return boolText(p, a);
    case ParamType::Int:
      return intText(p, a);
    case ParamType::Float:
      return floatText(p, a);
    case ParamType::Choice:
      return choiceText(p, a);
    default:
      return a.text;
  }
}

const ParamSpec* findParam(const PressInfo& info, std::string_view key) {
  for (const ParamSpec& p : info.params) {
    const auto aliases = split(p.aliases);
    if (p.key == key || std::find(aliases.begin(), aliases.end(), key) != aliases.end()) return &p;
  }
  return nullptr;
}

[[noreturn]] void unknownKey(const PressInfo& info, const SpecArg& a) {
  std::vector<std::string_view> keys;
  for (const ParamSpec& p : info.params) keys.push_back(p.key);
  const std::string name(info.id);
  if (keys.empty()) specError(a.keyColumn, name + " has no arguments, but '" + a.key + "' is given");
  if (info.wrapper && (a.key == "ratio" || a.key == "compression_ratio")) {
    specError(a.keyColumn, name + " has no ratio of its own; it stands in the press inside: " + name + "(knorm(ratio=0.5))");
  }
  specError(a.keyColumn, name + " has no argument '" + a.key + "'" + suggestion(a.key, keys));
}

/// A value without a key that is no press: a decimal comma, or something forgotten.
[[noreturn]] void noKey(const PressInfo& info, const SpecArg& a, const SpecArg* before) {
  const std::string& word = a.press->id;
  const bool digits = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && before && !before->key.empty() && !before->text.empty()) {
    specError(a.column, "'" + word + "' has no key; a decimal sign is a point: " + before->key + "=" + before->text + "." + word);
  }
  specError(a.column, "'" + word + "' is no key=value, and " + std::string(info.id) + " takes no press inside");
}

/// The parameter that an argument sets.
const ParamSpec& paramOf(const PressInfo& info, const SpecArg& a, const SpecArg* before) {
  if (!a.key.empty()) {
    const ParamSpec* p = findParam(info, a.key);
    if (!p) unknownKey(info, a);
    return *p;
  }
  for (const ParamSpec& p : info.params) {
    if (p.type == ParamType::Press) return p;
  }
  noKey(info, a, before);
}

PressPtr innerPress(const ParamSpec& p, const SpecArg& a) {
  if (a.press) return makeStep(bindStep(*a.press));
  SpecNode node;
  node.id = a.text;
  node.column = a.column;
  if (a.quoted) badValue(p, a, "is a text, not a press");
  return makeStep(bindStep(node));
}

}  // namespace

BoundStep bindStep(const SpecNode& node) {
  BoundStep step;
  step.column = node.column;
  step.row = findRow(node.id);
  if (!step.row) {
    std::vector<std::string_view> ids;
    for (const PressRow* r : pressRows()) ids.push_back(r->info.id);
    specError(node.column, "unknown press '" + node.id + "'" + suggestion(node.id, ids));
  }
  const PressInfo& info = step.row->info;
  for (const ParamSpec& p : info.params) step.args.set(std::string(p.key), std::string(p.def), false);
  for (size_t i = 0; i < node.args.size(); ++i) {
    const SpecArg& a = node.args[i];
    const ParamSpec& p = paramOf(info, a, i ? &node.args[i - 1] : nullptr);
    if (step.args.given(p.key)) {
      const std::string also = a.key.empty() || a.key == p.key ? "" : " (" + a.key + ")";
      specError(a.keyColumn, std::string(info.id) + ": " + std::string(p.key) + also + " is given twice");
    }
    if (p.type == ParamType::Press) {
      step.inner.push_back(innerPress(p, a));
      step.args.set(std::string(p.key), step.inner.back()->spec(), true);
    } else {
      step.args.set(std::string(p.key), valueText(p, a), true);
    }
  }
  for (const ParamSpec& p : info.params) {
    if (p.type == ParamType::Press && !step.args.given(p.key)) {
      const std::string name(info.id);
      specError(node.column, name + " needs a press inside: " + name + "(knorm(ratio=0.5))");
    }
  }
  return step;
}

PressPtr makeStep(BoundStep step) {
  try {
    return step.row->make(step.args, std::move(step.inner));
  } catch (const Failure& e) {
    if (e.code() != ErrorCode::BadInput) throw;
    specError(step.column, e.what());
  }
}

}  // namespace presslab
