// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/grid_methods.h"

#include <algorithm>
#include <charconv>

#include "core/api/error.h"
#include "core/compare/match.h"
#include "core/press/press.h"

namespace presslab {
namespace {

std::string shortest(double x) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, x).ptr);
}

/// "adakv(snapkv)" with the ratio at the innermost press, where nothing stands yet; empty when that is not what the spec looks like.
std::string withInnerRatio(const std::string& spec, double ratio) {
  const size_t open = spec.rfind('(');
  if (open == std::string::npos) return {};
  const size_t end = std::min(spec.find_first_of(",)", open), spec.size());
  const std::string inner = spec.substr(open + 1, end - open - 1);
  if (inner.empty() || inner.find('=') != std::string::npos) return {};
  return spec.substr(0, end) + "(ratio=" + shortest(ratio) + ")" + spec.substr(end);
}

/// The spec at a ratio; itself where it has no ratio of its own to set.
std::string at(const std::string& spec, double ratio) {
  const auto tried = [&](const auto& make) -> std::string {
    try {
      const std::string text = make(spec, ratio);
      return text.empty() ? text : canonicalPressSpec(text);
    } catch (const Failure& e) {
      if (e.code() != ErrorCode::BadInput) throw;
      return {};
    }
  };
  for (const auto& make : {&withRatio, &withInnerRatio}) {
    const std::string text = tried(make);
    if (!text.empty()) return text;
  }
  return spec;
}

}  // namespace

std::vector<GridMethod> gridMethods(const std::vector<std::string>& methods, const std::vector<double>& ratios) {
  std::vector<GridMethod> out{{"none", 0, false}};
  const auto add = [&](GridMethod m) {
    if (std::none_of(out.begin(), out.end(), [&](const GridMethod& o) { return o.spec == m.spec; })) out.push_back(std::move(m));
  };
  std::vector<double> all;
  for (const double r : ratios) {
    if (!(r > 0 && r < 1)) badInput("ratio " + shortest(r) + ": a share removed lies between 0 and 1");
    if (std::find(all.begin(), all.end(), r) == all.end()) all.push_back(r);
  }
  const bool own = all.empty();  // the specs' own ratios
  for (const std::string& given : methods) {
    const std::string spec = canonicalPressSpec(given);
    if (spec == "none") continue;
    std::vector<std::string> made;
    if (own) made.push_back(spec);
    for (const double r : ratios) made.push_back(at(spec, r));
    for (const std::string& m : made) {
      const double ratio = makePress(m)->ratio();
      add({m, ratio, false});
      if (own && ratio > 0 && ratio < 1 && std::find(all.begin(), all.end(), ratio) == all.end()) all.push_back(ratio);
    }
  }
  for (const double r : all) {
    for (const char* id : {"random", "streaming_llm"}) add({canonicalPressSpec(std::string(id) + "(ratio=" + shortest(r) + ")"), r, false});
    add({"oracle(ratio=" + shortest(r) + ")", r, true});
  }
  return out;
}

std::string pressOf(const std::string& spec) {
  std::string out;
  int depth = 0;
  for (const char c : spec) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth == 0 && c != ')') out.push_back(c);
  }
  return out;
}

}  // namespace presslab
