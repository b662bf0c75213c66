// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/verdict.h"

#include <cmath>
#include <cstdio>

#include "core/compare/improvements.h"

namespace presslab {
namespace {

constexpr double kEqualBytes = .02;

std::string number(double x, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, x);
  return text;
}

void add(std::string& line, const std::string& part) {
  if (!line.empty()) line += ' ';
  line += part;
}

/// Three significant digits.
std::string figure(double x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3g", x);
  return text;
}

double halfRange(const Spread& s) { return (s.max - s.min) / 2; }

/// "1.28x", "1.28 +- 0.02x" with repeats.
std::string speedOf(const MethodMetrics& m, const MethodMetrics& base) {
  const double speed = m.decodeTokS / base.decodeTokS;
  const double own = halfRange(m.decodeTokSSpread) / m.decodeTokS, other = halfRange(base.decodeTokSSpread) / base.decodeTokS;
  const double spread = speed * std::sqrt(own * own + other * other);
  return number(speed, 2) + (spread > 0 ? " +- " + number(spread, 2) : std::string()) + "x";
}

std::string decodePart(const MethodMetrics& m, const MethodMetrics& base, int64_t weightBytes) {
  if (m.decodeTokS <= 0 || base.decodeTokS <= 0) return {};
  return speedOf(m, base) + " (bound " + number(boundSpeedup(m, base, weightBytes), 2) + "x)";
}

std::string pairPart(const MethodMetrics& routed, const MethodMetrics& duo, const std::string& match) {
  if (!routed.quality.measured || !duo.quality.measured) return {};
  const double a = routed.quality.kldMean, b = duo.quality.kldMean;
  const std::string divergences = " (KL " + figure(a) + " against " + figure(b) + ")";
  if (match == "quality") {
    const double less = 100 * (1 - double(routed.kvBytes) / double(duo.kvBytes));
    return "Same quality: " + routed.label + " needs " + number(std::fabs(less), 0) + " % " + (less >= 0 ? "less" : "more") + " memory than " +
           duo.label + divergences + ".";
  }
  const bool equal = std::fabs(double(routed.kvBytes) / double(duo.kvBytes) - 1) < kEqualBytes;
  const std::string where = equal ? "Same memory: " : number(100 * double(routed.kvBytes) / double(duo.kvBytes), 0) + " % of the memory: ";
  if (a <= 0 || b <= 0) return where + routed.label + divergences + " " + duo.label + ".";
  return where + routed.label + " loses " + number(a <= b ? b / a : a / b, 1) + " times " + (a <= b ? "less" : "more") + " than " + duo.label +
         divergences + ".";
}

std::string alonePart(const MethodMetrics& m, const MethodMetrics& base, int64_t weightBytes) {
  std::string text = m.label + ": " + number(100 * (1 - double(m.kvBytes) / double(base.kvBytes)), 0) + " % less KV memory";
  const std::string decode = decodePart(m, base, weightBytes);
  if (!decode.empty()) text += ", decode " + decode;
  if (m.quality.measured) text += ", KL " + figure(m.quality.kldMean) + ", " + number(100 * m.quality.top1Agree, 1) + " % same token";
  return text + ".";
}

}  // namespace

std::string verdictOf(const Comparison& c) {
  const int index = baselineIndex(c.methods);
  if (index < 0 || !hasFigures(c.methods[size_t(index)])) return {};
  const MethodMetrics& base = c.methods[size_t(index)];
  const MethodMetrics *duo = nullptr, *routed = nullptr;
  for (const MethodMetrics& m : c.methods) {
    if (!hasFigures(m)) continue;
    if (!duo && isDuo(m)) duo = &m;
    if (!routed && isRouted(m)) routed = &m;
  }
  std::string line;
  if (duo && routed) {
    line = pairPart(*routed, *duo, c.match);
    const std::string decode = decodePart(*routed, base, c.stamp.weightBytes);
    if (!decode.empty()) add(line, "Decode " + decode + ".");
    if (!line.empty()) return line;
  }
  for (size_t i = 0; i < c.methods.size(); ++i) {
    if (int(i) == index || !hasFigures(c.methods[i])) continue;
    add(line, alonePart(c.methods[i], base, c.stamp.weightBytes));
  }
  return line;
}

}  // namespace presslab
