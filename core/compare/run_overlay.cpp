// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/run_overlay.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/compare/improvements.h"

namespace presslab {
namespace {

// Which figures a setting must be equal for.
enum Needs : unsigned { kNothing = 0, kMemory = 1, kTime = 2, kQuality = 4, kAll = 7 };

struct Setting {
  const char* key;
  unsigned needed;
  std::string (*get)(const Comparison&);
};

std::string methodsOf(const Comparison& c) {
  std::string out;
  for (const MethodMetrics& m : c.methods) out.append(out.empty() ? "" : "; ").append(m.method);
  return out;
}
std::string newTokensOf(const Comparison& c) { return c.methods.empty() ? std::string() : std::to_string(c.methods.front().newTokens); }

using C = const Comparison&;
const Setting kSettings[] = {
    {"model_name", kNothing, [](C c) { return c.stamp.modelName; }},
    {"model_hash", kAll, [](C c) { return c.stamp.modelHash; }},
    {"prompt_hash", kQuality, [](C c) { return c.stamp.promptHash; }},
    {"context_tokens", kMemory | kTime, [](C c) { return std::to_string(c.contextTokens); }},
    {"question_tokens", kTime, [](C c) { return std::to_string(c.questionTokens); }},
    {"question", kNothing, [](C c) { return c.question; }},
    {"new_tokens", kTime | kQuality, newTokensOf},
    {"methods", kNothing, methodsOf},
    {"match", kNothing, [](C c) { return c.match; }},
    {"mode", kTime, [](C c) { return c.mode; }},
    {"device", kTime, [](C c) { return c.stamp.device; }},
    {"backend", kTime, [](C c) { return c.stamp.backend; }},
    {"cpu", kTime, [](C c) { return c.stamp.cpu; }},
    {"cpu_flags", kNothing, [](C c) { return c.stamp.cpuFlags; }},
    {"threads", kTime, [](C c) { return std::to_string(c.stamp.threads); }},
    {"precision", kTime | kQuality, [](C c) { return c.stamp.precision; }},
    {"kv_type", kTime | kQuality, [](C c) { return c.stamp.kvType; }},
    {"attention", kTime, [](C c) { return c.stamp.attention; }},
    {"seed", kNothing, [](C c) { return std::to_string(c.stamp.seed); }},
    {"torch_version", kNothing, [](C c) { return c.stamp.torchVersion; }},
    {"version", kNothing, [](C c) { return c.stamp.version; }},
    {"commit", kNothing, [](C c) { return c.stamp.commit; }},
    {"command_line", kNothing, [](C c) { return c.stamp.commandLine; }},
};

/// Only what may be compared stays a number.
Gain gainOf(const MethodMetrics& m, const MethodMetrics& vs, const Obstacles& obstacles) {
  Gain g;
  if (!hasFigures(m) || !hasFigures(vs)) return g;
  const Improvement i = improvementOver(m, vs);
  if (obstacles.memory.empty()) g.memoryPct = i.memoryPct;
  if (obstacles.time.empty()) {
    g.timePct = i.timePct;
    g.speedPct = i.speedPct;
  }
  if (obstacles.quality.empty() && i.kldRatioValid) g.kldRatio = i.kldRatio;
  return g;
}

const MethodMetrics* findMethod(const Comparison& c, bool (*wanted)(const MethodMetrics&)) {
  const auto found = std::find_if(c.methods.begin(), c.methods.end(), [&](const MethodMetrics& m) { return wanted(m) && hasFigures(m); });
  return found == c.methods.end() ? nullptr : &*found;
}

/// Against the wanted method of the run itself, else of the pinned run.
Gain gainOver(const MethodMetrics& m, const Comparison& own, const Comparison& pinned, const Obstacles& obstacles,
              bool (*wanted)(const MethodMetrics&)) {
  const MethodMetrics* vs = findMethod(own, wanted);
  if (vs) return vs == &m ? Gain{} : gainOf(m, *vs, {});
  vs = findMethod(pinned, wanted);
  return vs ? gainOf(m, *vs, obstacles) : Gain{};
}

const MethodMetrics* pinnedMethod(const MethodMetrics& m, const Comparison& pinned, int method) {
  if (method >= 0 && size_t(method) < pinned.methods.size()) return &pinned.methods[size_t(method)];
  for (const MethodMetrics& p : pinned.methods)
    if (p.method == m.method) return &p;
  return nullptr;
}

}  // namespace

std::vector<RunSetting> runSettings(const RunList& runs) {
  std::vector<RunSetting> out;
  for (const Setting& s : kSettings) {
    RunSetting& row = out.emplace_back();
    row.key = s.key;
    for (const auto& run : runs) row.values.push_back(s.get(*run));
    row.differs = std::any_of(row.values.begin(), row.values.end(), [&](const std::string& v) { return v != row.values.front(); });
  }
  return out;
}

Obstacles obstaclesBetween(const Comparison& a, const Comparison& b) {
  Obstacles out;
  for (const Setting& s : kSettings) {
    if (s.needed == kNothing || s.get(a) == s.get(b)) continue;
    if (s.needed & kMemory) out.memory.emplace_back(s.key);
    if (s.needed & kTime) out.time.emplace_back(s.key);
    if (s.needed & kQuality) out.quality.emplace_back(s.key);
  }
  return out;
}

Overlay overlayOf(const RunList& runs, Pin pin) {
  Overlay out;
  out.settings = runSettings(runs);
  if (runs.empty()) return out;
  if (pin.run >= runs.size()) pin = {};
  const Comparison& pinned = *runs[pin.run];
  for (size_t r = 0; r < runs.size(); ++r) {
    const Comparison& run = *runs[r];
    const Obstacles& obstacles = out.obstacles.emplace_back(obstaclesBetween(run, pinned));
    for (size_t i = 0; i < run.methods.size(); ++i) {
      const MethodMetrics& m = run.methods[i];
      OverlayRow& row = out.rows.emplace_back();
      row.run = r;
      row.method = i;
      const MethodMetrics* vs = pinnedMethod(m, pinned, pin.method);
      if (vs && vs != &m) row.overPin = gainOf(m, *vs, obstacles);
      row.overBaseline = gainOver(m, run, pinned, obstacles, [](const MethodMetrics& x) { return x.method == "none"; });
      row.overDuo = gainOver(m, run, pinned, obstacles, isDuo);
    }
  }
  return out;
}

}  // namespace presslab
