// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What the guide says, held against one comparison: its table and conclusion (core/compare/claims.cpp), its sample output and its text.
#include <algorithm>
#include <cmath>

#include "core/api/claims_report.h"
#include "core/compare/improvements.h"
#include "core/eval/bootstrap.h"

namespace presslab {
namespace {

constexpr size_t kBlock = 8;  // neighbouring positions are drawn together
constexpr uint64_t kSeed = 42;

struct Methods {
  const MethodMetrics *base = nullptr, *duo = nullptr, *both = nullptr;
};

Methods methodsOf(const Comparison& c) {
  Methods m;
  for (const MethodMetrics& x : c.methods) {
    if (!hasFigures(x)) continue;
    if (x.method == "none" && !m.base) m.base = &x;
    if (isDuo(x) && !m.duo) m.duo = &x;
    if (isRouted(x) && pressIds(x.method) != "eplb" && !m.both) m.both = &x;
  }
  return m;
}

/// Speed-up of the slowest repeat over the other's fastest, and the other way round.
Interval speedRange(const MethodMetrics& m, const MethodMetrics& vs) {
  return {m.decodeTokSSpread.min / vs.decodeTokSSpread.max, m.decodeTokSSpread.max / vs.decodeTokSSpread.min};
}

Interval agreementRange(const MethodMetrics& m) {
  const std::vector<uint8_t>& agree = m.quality.agreeByPosition;
  const size_t blocks = (agree.size() + kBlock - 1) / kBlock;
  return bootstrap(blocks, kSeed, [&](std::span<const size_t> picks) {
    double sum = 0, count = 0;
    for (const size_t b : picks)
      for (size_t i = b * kBlock; i < std::min(agree.size(), (b + 1) * kBlock); ++i, ++count) sum += agree[i];
    return count > 0 ? 100 * sum / count : 0;
  });
}

bool endsWith(const std::string& text, const char* end) {
  const std::string tail(end);
  return text.size() >= tail.size() && text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

ClaimRow start(const Comparison& c, std::string id, std::string section, std::string text, std::string unit, double lo, double hi) {
  ClaimRow row;
  row.id = std::move(id);
  row.section = std::move(section);
  row.text = std::move(text);
  row.unit = std::move(unit);
  row.match = c.match;
  row.length = int(c.contextTokens);
  row.lo = lo;
  row.hi = hi;
  row.bound = NAN;
  return row;
}

/// Interval and bound of a claim of the comparison by what it is about.
void complete(ClaimRow& row, const Comparison& c, const Methods& m) {
  const bool over = row.id.rfind("over_duo", 0) == 0;
  const MethodMetrics* method = row.id.rfind("duo", 0) == 0 ? m.duo : m.both;
  const MethodMetrics* vs = over ? m.duo : m.base;
  row.from = row.to = row.measured;
  if (!method || !vs) return;
  if (endsWith(row.id, "_memory")) {
    row.unit = "% less";
    row.bound = over ? 100 * (1 - (1 - method->ratioRequested) / std::max(1e-9, 1 - vs->ratioRequested)) : 100 * method->ratioRequested;
  } else if (endsWith(row.id, "_speed")) {
    const Interval range = speedRange(*method, *vs);
    const double bound = boundSpeedup(*method, *vs, c.stamp.weightBytes);
    row.unit = over ? "% faster" : "x";
    row.from = over ? 100 * (range.lo - 1) : range.lo;
    row.to = over ? 100 * (range.hi - 1) : range.hi;
    row.bound = over ? 100 * (bound - 1) : bound;
  } else {
    const Interval range = agreementRange(*method);
    row.unit = "% agree";
    row.bound = 100;
    if (!std::isnan(range.lo)) {
      row.from = range.lo;
      row.to = range.hi;
    }
  }
}

void judge(ClaimRow& row, const std::string& why) {
  if (row.measured >= row.lo)
    row.verdict = "holds";
  else if (!std::isnan(row.bound) && row.bound < row.lo)
    row.verdict = "cannot hold here";
  else
    row.verdict = "does not hold";
  row.reason = row.verdict == "holds" && row.measured > row.hi ? "better than stated" : row.verdict == "holds" ? "" : why;
}

std::string figure(double x, int decimals) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, x);
  return text;
}

/// The sample output's six percentages, and the speeds of the guide's text: numbers to reach, with the bound of this length.
void addGains(std::vector<ClaimRow>& rows, const Comparison& c, const Methods& m) {
  struct Said {
    const char *id, *section, *text;
    const MethodMetrics *method, *vs;
    bool speed;
    double lo, hi;
  };
  const Said all[] = {
      {"sample_duo_memory", "sample output", "Duo vs baseline: memory reduction 29.3 %", m.duo, m.base, false, 29.3, 29.3},
      {"sample_duo_speed", "sample output", "Duo vs baseline: speed improvement 24.6 %", m.duo, m.base, true, 24.6, 24.6},
      {"sample_eplb_duo_memory", "sample output", "EPLB + Duo vs baseline: memory reduction 47.2 %", m.both, m.base, false, 47.2, 47.2},
      {"sample_eplb_duo_speed", "sample output", "EPLB + Duo vs baseline: speed improvement 47.5 %", m.both, m.base, true, 47.5, 47.5},
      {"sample_over_duo_memory", "sample output", "EPLB + Duo vs Duo: additional memory reduction 25.3 %", m.both, m.duo, false, 25.3, 25.3},
      {"sample_over_duo_speed", "sample output", "EPLB + Duo vs Duo: additional speed improvement 18.4 %", m.both, m.duo, true, 18.4, 18.4},
      {"text_duo_speed", "text", "Duo usually improves speed by 20-40 %", m.duo, m.base, true, 20, 40},
      {"text_eplb_duo_speed", "text", "EPLB + Duo usually improves speed by 40-70 %", m.both, m.base, true, 40, 70}};
  for (const Said& s : all) {
    if (!s.method || !s.vs) continue;
    if (s.speed && (s.method->decodeTokS <= 0 || s.vs->decodeTokS <= 0)) continue;
    const Improvement gain = improvementOver(*s.method, *s.vs);
    ClaimRow row = start(c, s.id, s.section, s.text, s.speed ? "% faster" : "% less", s.lo, s.hi);
    row.measured = s.speed ? gain.speedPct : gain.memoryPct;
    row.from = row.to = row.measured;
    if (s.speed) {
      const Interval range = speedRange(*s.method, *s.vs);
      row.from = 100 * (range.lo - 1);
      row.to = 100 * (range.hi - 1);
      row.bound = 100 * (boundSpeedup(*s.method, *s.vs, c.stamp.weightBytes) - 1);
    } else {
      row.bound = 100 * (1 - (1 - s.method->ratioRequested) / std::max(1e-9, 1 - s.vs->ratioRequested));
    }
    judge(row, s.speed ? "reading weights and kept cache allows " + figure(row.bound, 1) + " % at this length"
                       : "the ratios ask for " + figure(row.bound, 1) + " %");
    rows.push_back(std::move(row));
  }
}

/// The sample output's memory: gigabytes on a context of 50 words.
void addSampleBytes(std::vector<ClaimRow>& rows, const Comparison& c, const Methods& m) {
  if (!m.base || c.match != "ratio") return;
  ClaimRow row = start(c, "sample_bytes", "sample output", "No compression: 1.23 GB on a context of 50 words", "GB", 1.23, 1.23);
  row.measured = row.from = row.to = double(m.base->kvBytes) / 1e9;
  row.bound = double(m.base->kvBytesFull) / 1e9;
  judge(row,
        "the whole cache of this run has " + figure(double(m.base->kvBytesFull) / 1e6, 1) + " MB at " + std::to_string(c.contextTokens) +
            " tokens; that of the sample's own model (distilgpt2, 18,432 bytes a token in 16 bits) some 1.3 MB at 70 tokens, a thousandth of it");
  rows.push_back(std::move(row));
}

}  // namespace

std::vector<ClaimRow> claimRows(const Comparison& c) {
  const Methods m = methodsOf(c);
  std::vector<ClaimRow> rows;
  for (const Claim& claim : c.claims) {
    const bool over = claim.id.rfind("over_duo", 0) == 0;
    ClaimRow row = start(c, claim.id, over ? "conclusion" : "table", claim.text, {}, claim.lo, claim.hi);
    row.measured = claim.valid ? claim.measured : NAN;
    complete(row, c, m);
    row.verdict = claim.verdict;
    row.reason = claim.reason;
    rows.push_back(std::move(row));
  }
  addGains(rows, c, m);
  addSampleBytes(rows, c, m);
  return rows;
}

}  // namespace presslab
