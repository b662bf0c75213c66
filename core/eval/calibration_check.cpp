// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/calibration_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "core/calibrate/corpus.h"
#include "core/engine/session.h"
#include "core/eval/bootstrap.h"
#include "core/eval/grid_methods.h"

namespace presslab {
namespace {

constexpr int64_t kPart = 700;          // tokens of each kind of text in a row
constexpr int64_t kCharacters = 4;      // of a token, about
constexpr uint64_t kTextSeed = 700001;  // calibration's own generators start at small numbers
constexpr size_t kBlock = 8;            // neighbouring positions are drawn together

/// The spec as the grid writes it.
std::string atRatio(const char* spec, double ratio) {
  for (const GridMethod& m : gridMethods({spec}, {ratio})) {
    if (m.spec != "none") return m.spec;
  }
  return spec;
}

/// Sums of one text's divergence over a block of positions, of both methods.
struct Unit {
  double method = 0, twin = 0, count = 0;
};

using Samples = std::map<int, const EvalSample*>;  // by text

const Samples& find(const std::map<std::pair<std::string, int>, Samples>& all, const std::string& method, int length) {
  static const Samples none;
  const auto it = all.find({method, length});
  return it == all.end() ? none : it->second;
}

CalibrationRow rowOf(const CalibrationTwin& twin, const Samples& own, const Samples& other, int length, double ratio, uint64_t seed) {
  CalibrationRow row{twin.what, atRatio(twin.method, ratio), atRatio(twin.twin, ratio), {}, length, 0, ratio};
  std::vector<Unit> units;
  for (const auto& [text, sample] : own) {
    const auto it = other.find(text);
    if (it == other.end()) continue;
    const EvalSample &a = *sample, &b = *it->second;
    if (!a.error.empty() || !b.error.empty()) {
      row.note = a.error.empty() ? b.error : a.error;
      continue;
    }
    row.kvBytes = a.kvBytes;
    row.twinBytes = b.kvBytes;
    ++row.samples;
    for (size_t i = 0; i < std::min(a.kld.size(), b.kld.size()); ++i) {
      if (i % kBlock == 0) units.emplace_back();
      units.back().method += a.kld[i];
      units.back().twin += b.kld[i];
      ++units.back().count;
    }
  }
  const auto saved = [&](std::span<const size_t> drawn) {
    double method = 0, without = 0;
    for (const size_t i : drawn) {
      method += units[i].method;
      without += units[i].twin;
    }
    return without > 0 ? 1 - method / without : 0.;
  };
  double count = 0;
  for (const Unit& u : units) {
    row.kld += u.method;
    row.twinKld += u.twin;
    count += u.count;
  }
  if (count == 0) {
    if (row.note.empty()) row.note = "not measured";
    return row;
  }
  row.saved = row.twinKld > 0 ? 1 - row.kld / row.twinKld : 0;
  row.kld /= count;
  row.twinKld /= count;
  const Interval interval = bootstrap(units.size(), seed, saved);
  row.lo = interval.lo;
  row.hi = interval.hi;
  return row;
}

/// Sums of a block of one text's positions at every ratio, of both methods.
struct PooledUnit {
  size_t firstCell = 0;  // of the block's length
  std::vector<Unit> atRatio;
};

/// One row for a part over all lengths and ratios: each of them has the same weight, whatever its divergence is. Blocks are drawn with all their
/// ratios, since these share the text.
CalibrationRow pooledRow(const CalibrationTwin& twin, const std::map<std::pair<std::string, int>, Samples>& samples, const std::set<int>& lengths,
                         const std::set<double>& ratios, uint64_t seed) {
  CalibrationRow row{twin.what, twin.method, twin.twin, {}, 0, 0, 0};
  std::vector<PooledUnit> units;
  size_t cells = 0;
  for (const int length : lengths) {
    std::map<std::pair<int, size_t>, PooledUnit> ofLength;  // by text and block
    size_t index = 0;
    for (const double ratio : ratios) {
      const Samples &own = find(samples, atRatio(twin.method, ratio), length), &other = find(samples, atRatio(twin.twin, ratio), length);
      for (const auto& [text, sample] : own) {
        const auto it = other.find(text);
        if (it == other.end() || !sample->error.empty() || !it->second->error.empty()) continue;
        for (size_t i = 0; i < std::min(sample->kld.size(), it->second->kld.size()); ++i) {
          PooledUnit& unit = ofLength[{text, i / kBlock}];
          unit.firstCell = cells;
          unit.atRatio.resize(ratios.size());
          unit.atRatio[index].method += sample->kld[i];
          unit.atRatio[index].twin += it->second->kld[i];
        }
      }
      ++index;
    }
    std::set<int> texts;
    for (auto& [key, unit] : ofLength) {
      texts.insert(key.first);
      units.push_back(std::move(unit));
    }
    row.samples += int(texts.size());
    cells += ratios.size();
  }
  const auto saved = [&](std::span<const size_t> drawn) {
    std::vector<Unit> cell(cells);
    for (const size_t d : drawn) {
      for (size_t r = 0; r < units[d].atRatio.size(); ++r) {
        cell[units[d].firstCell + r].method += units[d].atRatio[r].method;
        cell[units[d].firstCell + r].twin += units[d].atRatio[r].twin;
      }
    }
    double sum = 0, count = 0;
    for (const Unit& c : cell) {
      if (c.twin <= 0) continue;
      sum += 1 - c.method / c.twin;
      ++count;
    }
    return count > 0 ? sum / count : 0.;
  };
  if (units.empty()) {
    row.note = "not measured";
    return row;
  }
  std::vector<size_t> all(units.size());
  std::iota(all.begin(), all.end(), size_t{0});
  row.saved = saved(all);
  const Interval interval = bootstrap(units.size(), seed, saved);
  row.lo = interval.lo;
  row.hi = interval.hi;
  return row;
}

}  // namespace

const std::vector<CalibrationTwin>& calibrationTwins() {
  static const std::vector<CalibrationTwin> twins{{"full calibration", "eplb_duo", "eplb_duo(calibration=none)"},
                                                  {"learned importance", "eplb_duo(num_experts=5)", "eplb_duo(num_experts=4)"},
                                                  {"trained gates", "eplb_duo", "eplb_duo(shared=1)"},
                                                  {"order stream_err", "duo(order=stream_err)", "duo(order=random)"},
                                                  {"order loo", "duo(order=loo)", "duo(order=random)"},
                                                  {"order gates", "duo(order=gates)", "duo(order=random)"},
                                                  {"order on_the_fly", "duo(order=on_the_fly)", "duo(order=random)"},
                                                  {"order stream_err, not calibrated", "duo(order=stream_err)", "duo(calibration=none)"},
                                                  {"order loo over stream_err", "duo(order=loo)", "duo(order=stream_err)"},
                                                  {"order gates over stream_err", "duo(order=gates)", "duo(order=stream_err)"}};
  return twins;
}

EvalSpec calibrationCheckSpec(const ModelSpec& model, const std::vector<int>& lengths, const std::vector<double>& ratios, int texts, int newTokens,
                              uint64_t seed) {
  EvalSpec spec;
  spec.model = model;
  spec.tasks = {"kld"};
  for (const CalibrationTwin& t : calibrationTwins()) {
    for (const char* method : {t.method, t.twin}) {
      if (std::find(spec.methods.begin(), spec.methods.end(), method) == spec.methods.end()) spec.methods.emplace_back(method);
    }
  }
  spec.lengths = lengths;
  spec.ratios = ratios;
  spec.seeds = texts;
  spec.newTokens = newTokens;
  spec.seed = seed;
  const int longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  spec.text = heldOutText(int64_t(texts) * (longest + newTokens + 1) + longest);
  spec.textName = "held-out text";
  return spec;
}

std::vector<CalibrationRow> calibrationRows(const EvalResult& result, uint64_t seed) {
  std::map<std::pair<std::string, int>, Samples> samples;
  std::set<int> lengths;
  std::set<double> ratios;
  for (const EvalSample& s : result.samples) {
    samples[{s.method, s.length}][s.instance] = &s;
    lengths.insert(s.length);
    if (s.ratio > 0) ratios.insert(s.ratio);
  }
  std::vector<CalibrationRow> rows;
  for (const CalibrationTwin& t : calibrationTwins()) {
    for (const int length : lengths) {
      for (const double ratio : ratios) {
        rows.push_back(rowOf(t, find(samples, atRatio(t.method, ratio), length), find(samples, atRatio(t.twin, ratio), length), length, ratio, seed));
      }
    }
    if (lengths.size() * ratios.size() > 1) rows.push_back(pooledRow(t, samples, lengths, ratios, seed));
  }
  return rows;
}

std::string heldOutText(int64_t tokens) {
  std::string text;
  for (int part = 0; int64_t(text.size()) < tokens * kCharacters * 3 / 2; ++part) {
    if (!text.empty()) text += "\n\n";
    const uint64_t seed = kTextSeed + uint64_t(part);
    if (part % 2 == 0) {
      text += syntheticDocument(kPart, seed).substr(0, size_t(kPart * kCharacters));
    } else {
      text += generatedText(part / 2 % kGeneratedKinds, size_t(kPart * kCharacters), seed);
    }
  }
  return text;
}

}  // namespace presslab
