// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/improvements.h"

#include <limits>

namespace presslab {
namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

double savedPct(double value, double of) { return of > 0 ? 100 * (1 - value / of) : 0; }

}  // namespace

std::string pressIds(const std::string& spec) {
  std::string ids;
  int depth = 0;
  for (const char c : spec) {
    if (c == '(') ++depth;
    if (depth == 0 && c != ' ') ids += c;
    if (c == ')') --depth;
  }
  std::string out;  // closing brackets of the outermost level were passed at depth 0
  for (const char c : ids)
    if (c != ')') out += c;
  return out;
}

bool isDuo(const MethodMetrics& m) { return pressIds(m.method) == "duo"; }

bool isRouted(const MethodMetrics& m) {
  const std::string ids = pressIds(m.method);
  return ids == "eplb_duo" || ids == "eplb" || ids == "eplb+duo";
}

bool hasFigures(const MethodMetrics& m) { return !m.failed && !m.cancelled && m.kvBytes > 0; }

int baselineIndex(const std::vector<MethodMetrics>& methods) {
  for (size_t i = 0; i < methods.size(); ++i) {
    if (methods[i].method == "none") return int(i);
  }
  return -1;
}

Improvement improvementOver(const MethodMetrics& method, const MethodMetrics& vs) {
  Improvement i;
  i.method = method.method;
  i.vs = vs.method;
  i.memoryPct = savedPct(double(method.kvBytes), double(vs.kvBytes));
  // A race measures no times: those are then not a number.
  i.timePct = method.timeS > 0 && vs.timeS > 0 ? savedPct(method.timeS, vs.timeS) : kNotMeasured;
  i.speedPct = vs.decodeTokS > 0 && method.decodeTokS > 0 ? 100 * (method.decodeTokS / vs.decodeTokS - 1) : kNotMeasured;
  i.kldRatioValid = method.quality.measured && vs.quality.measured && vs.quality.kldMean > 0;
  if (i.kldRatioValid) i.kldRatio = method.quality.kldMean / vs.quality.kldMean;
  return i;
}

std::vector<Improvement> improvementsOf(const std::vector<MethodMetrics>& methods) {
  std::vector<Improvement> out;
  const int base = baselineIndex(methods);
  for (size_t i = 0; i < methods.size(); ++i) {
    if (base >= 0 && int(i) != base && hasFigures(methods[i]) && hasFigures(methods[size_t(base)]))
      out.push_back(improvementOver(methods[i], methods[size_t(base)]));
  }
  for (const MethodMetrics& m : methods) {
    if (!isRouted(m) || !hasFigures(m)) continue;
    for (const MethodMetrics& vs : methods) {
      if (isDuo(vs) && hasFigures(vs)) out.push_back(improvementOver(m, vs));
    }
  }
  return out;
}

double boundSpeedup(const MethodMetrics& method, const MethodMetrics& vs, int64_t weightBytes) {
  const double below = double(weightBytes + method.kvBytes);
  return below > 0 ? double(weightBytes + vs.kvBytes) / below : 1;
}

}  // namespace presslab
