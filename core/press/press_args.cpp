// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "core/api/error.h"
#include "core/press/press.h"

namespace presslab {
namespace {

const std::string& valueOf(const std::map<std::string, std::string, std::less<>>& values, std::string_view key) {
  const auto it = values.find(key);
  if (it == values.end()) throw Failure(ErrorCode::Failed, "press argument '" + std::string(key) + "' is not in the table row");
  return it->second;
}

template <class T>
T parsed(std::string_view key, const std::string& text) {
  T value{};
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) badInput("press argument " + std::string(key) + "=" + text + " is not a number");
  return value;
}

/// A text as a spec holds it: in quotes where it would end early or lose its edges.
std::string quoted(std::string_view text) {
  const auto edge = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && text.find_first_of(",()\";") == text.npos && !edge(text.front()) && !edge(text.back())) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

}  // namespace

double PressArgs::number(std::string_view key) const { return parsed<double>(key, valueOf(m_values, key)); }
int64_t PressArgs::integer(std::string_view key) const { return parsed<int64_t>(key, valueOf(m_values, key)); }
bool PressArgs::flag(std::string_view key) const { return valueOf(m_values, key) == "true"; }
const std::string& PressArgs::text(std::string_view key) const { return valueOf(m_values, key); }

bool PressArgs::given(std::string_view key) const {
  const auto it = m_given.find(std::string(key));
  return it != m_given.end() && it->second;
}

void PressArgs::set(std::string key, std::string value, bool given) {
  m_given[key] = given;
  m_values[std::move(key)] = std::move(value);
}

std::string specText(const PressInfo& info, const PressArgs& args) {
  std::string list;
  for (const bool presses : {true, false}) {
    for (const ParamSpec& p : info.params) {
      if ((p.type == ParamType::Press) != presses || !args.given(p.key)) continue;
      if (!list.empty()) list += ',';
      if (!presses) list.append(p.key).append("=");
      list += p.type == ParamType::Text ? quoted(args.text(p.key)) : args.text(p.key);
    }
  }
  return list.empty() ? std::string(info.id) : std::string(info.id).append("(").append(list).append(")");
}

}  // namespace presslab
