// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/claims.h"

#include <cmath>
#include <cstdio>

#include "core/compare/improvements.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

constexpr double kEqualBytes = .02;  // relative difference below which two methods hold the same

std::string decimals(double x, int n) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", n, x);
  return text;
}

std::string megabytes(int64_t bytes) { return decimals(double(bytes) / 1e6, 0) + " MB"; }

class Claims {
 public:
  explicit Claims(const Comparison& c) : m_run(c) {}
  std::vector<Claim> all();

 private:
  void ofMethod(const MethodMetrics&, const char* id, const char* name, double memoryLo, double memoryHi, double speedLo, double speedHi,
                double qualityLo, double qualityHi);
  void overDuo(const MethodMetrics& routed, const MethodMetrics& duo);
  void add(std::string id, std::string text, double lo, double hi, double measured, std::string impossible, std::string missed);
  std::string speedLimit(const MethodMetrics&, double wanted) const;
  const Comparison& m_run;
  const MethodMetrics* m_base = nullptr;
  std::vector<Claim> m_claims;
};

/// impossible: why the band cannot be reached here, "" when it could; missed: what kept it out of the band.
void Claims::add(std::string id, std::string text, double lo, double hi, double measured, std::string impossible, std::string missed) {
  Claim c;
  c.id = std::move(id);
  c.text = std::move(text);
  c.match = m_run.match;
  c.lo = lo;
  c.hi = hi;
  c.measured = measured;
  if (measured >= lo) {
    c.verdict = "holds";
    if (measured > hi) c.reason = "better than the band";
  } else if (!impossible.empty()) {
    c.verdict = "cannot hold here";
    c.reason = std::move(impossible);
  } else {
    c.verdict = "does not hold";
    c.reason = std::move(missed);
  }
  m_claims.push_back(std::move(c));
}

/// Why decode cannot be `wanted` times as fast as the baseline at this length, "" when memory reads alone would allow it.
std::string Claims::speedLimit(const MethodMetrics& m, double wanted) const {
  const double weights = double(m_run.stamp.weightBytes), full = double(m_base->kvBytes);
  const double bound = boundSpeedup(m, *m_base, m_run.stamp.weightBytes);
  if (bound >= wanted || full <= 0) return {};
  std::string text = "at " + grouped(m_run.contextTokens) + " tokens the bound is " + decimals(bound, 2) +
                     "x: " + megabytes(m_run.stamp.weightBytes) + " of weights are read for every token beside " + megabytes(m_base->kvBytes) +
                     " of keys and values, of which " + megabytes(m.kvBytes) + " are kept";
  // (W + kT) / (W + share k T) = wanted, solved for T; k: full bytes of one token, share: what is kept of them.
  const double perToken = full / double(m_run.contextTokens), share = double(m.kvBytes) / full;
  if (wanted * share >= 1) return text + "; no length gives " + decimals(wanted, 1) + "x at this ratio";
  const double tokens = weights * (wanted - 1) / (perToken * (1 - wanted * share));
  text += "; " + decimals(wanted, 1) + "x needs " + grouped(int64_t(std::ceil(tokens))) + " tokens";
  if (tokens > double(m_run.stamp.contextLength)) text += ", the model has " + grouped(m_run.stamp.contextLength) + " positions";
  return text;
}

void Claims::ofMethod(const MethodMetrics& m, const char* id, const char* name, double memoryLo, double memoryHi, double speedLo, double speedHi,
                      double qualityLo, double qualityHi) {
  const Improvement gain = improvementOver(m, *m_base);
  const std::string prefix = std::string(id) + "_", title = name;
  const std::string asked = "the method was asked to remove " + decimals(100 * m.ratioRequested, 0) + " %";
  add(prefix + "memory", title + " saves " + decimals(memoryLo, 0) + "-" + decimals(memoryHi, 0) + " % of KV memory", memoryLo, memoryHi,
      gain.memoryPct, 100 * m.ratioRequested < memoryLo - .5 ? asked : std::string(), asked + ", " + decimals(gain.memoryPct, 1) + " % were saved");
  if (m_base->decodeTokS > 0 && m.decodeTokS > 0) {
    const double bound = boundSpeedup(m, *m_base, m_run.stamp.weightBytes), measured = m.decodeTokS / m_base->decodeTokS;
    // A baseline far from its own limit leaves room beyond the ratio of bytes; then the ratio proves nothing.
    const bool beyond = measured > bound;
    std::string missed = "the bandwidth bound at this length is " + decimals(bound, 2) + "x";
    if (beyond) missed += ", already passed because the baseline reaches only " + decimals(100 * m_base->shareOfLimit, 0) + " % of its own limit";
    add(prefix + "speed", title + " decodes " + decimals(speedLo, 1) + "-" + decimals(speedHi, 1) + " times as fast", speedLo, speedHi, measured,
        beyond ? std::string() : speedLimit(m, speedLo), missed);
  }
  if (m.quality.measured)
    add(prefix + "quality", title + " keeps " + decimals(qualityLo, 0) + "-" + decimals(qualityHi, 0) + " % of quality (same most likely token)",
        qualityLo, qualityHi, 100 * m.quality.top1Agree, {},
        "KL divergence " + decimals(m.quality.kldMean, 4) + " nats over " + grouped(int64_t(m.quality.kldByPosition.size())) + " positions");
}

void Claims::overDuo(const MethodMetrics& routed, const MethodMetrics& duo) {
  const Improvement gain = improvementOver(routed, duo);
  const bool equal = std::fabs(double(routed.kvBytes) / double(duo.kvBytes) - 1) < kEqualBytes;
  const std::string same = m_run.match == "bytes" ? "both were given equal bytes" : "at this ratio both hold equal bytes by their budget";
  add("over_duo_memory", "EPLB + Duo saves 15-25 % more memory than Duo", 15, 25, gain.memoryPct,
      equal && m_run.match != "quality" ? same + "; compare at equal quality (--match quality)" : std::string(),
      decimals(gain.memoryPct, 1) + " % less than Duo's " + megabytes(duo.kvBytes));
  if (duo.decodeTokS <= 0 || routed.decodeTokS <= 0) return;
  const double bound = boundSpeedup(routed, duo, m_run.stamp.weightBytes);
  add("over_duo_speed", "EPLB + Duo decodes 10-20 % faster than Duo", 10, 20, gain.speedPct,
      bound < 1.1 ? "the bound over Duo is " + decimals(bound, 2) +
                        "x: " + (equal ? same : megabytes(routed.kvBytes) + " against " + megabytes(duo.kvBytes)) + ", and speed follows bytes"
                  : std::string(),
      "the bound over Duo is " + decimals(bound, 2) + "x");
}

std::vector<Claim> Claims::all() {
  const int base = baselineIndex(m_run.methods);
  if (base < 0 || !hasFigures(m_run.methods[size_t(base)])) return {};
  m_base = &m_run.methods[size_t(base)];
  const MethodMetrics *duo = nullptr, *routed = nullptr;
  for (const MethodMetrics& m : m_run.methods) {
    if (!hasFigures(m)) continue;
    if (!duo && isDuo(m)) duo = &m;
    const bool composed = isRouted(m) && pressIds(m.method) != "eplb";
    if (!routed && composed) routed = &m;
  }
  if (duo) ofMethod(*duo, "duo", "Duo", 30, 50, 1.2, 1.5, 95, 98);
  if (routed) ofMethod(*routed, "eplb_duo", "EPLB + Duo", 40, 60, 1.5, 2.0, 93, 97);
  if (duo && routed) overDuo(*routed, *duo);
  return std::move(m_claims);
}

}  // namespace

std::vector<Claim> claimsOf(const Comparison& comparison) { return Claims(comparison).all(); }

}  // namespace presslab
