// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/policies.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/api/error.h"
#include "core/press/device_layer.h"
#include "core/press/rank_order.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

constexpr std::array<std::string_view, 8> kNames{"recency", "keydiff", "window", "expected", "importance", "observed", "tova", "lagkv"};
constexpr int64_t kSinks = 4;
constexpr int kWindowQueries = 64;

/// Queries of a policy "window<N>", 0 when the name is another one.
int windowQueries(std::string_view name) {
  if (name == "window") return kWindowQueries;
  if (name.rfind("window", 0) != 0 || name.size() > 12) return 0;
  int n = 0;
  for (const char c : name.substr(6)) {
    if (c < '0' || c > '9') return 0;
    n = n * 10 + (c - '0');
  }
  return n >= 1 ? n : 0;
}

void recency(const ScoreLayer& l, float* out) {
  if (scoredOnDevice(l, out, [](DeviceLayer& d) { d.recencyScores(kSinks); })) return;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    float* row = out + int64_t(h) * l.t.tokens;
    for (int64_t i = 0; i < l.t.tokens; ++i) row[i] = float(i);
  }
  putOnTop(out, l.shape.kvHeads, l.t.tokens, 0, std::min(kSinks, l.t.tokens));
}

int64_t windowOf(int queries, int64_t tokens) { return std::min<int64_t>(queries, tokens / 2); }

void windowed(const ScoreLayer& l, int queries, float* out) { windowScores(l, windowOf(queries, l.t.tokens), 5, true, out); }

void expected(const ScoreLayer& l, float* out) {
  if (l.t.tokens <= kSinks + 1) return recency(l, out);
  ExpectedAttention e;
  e.sinks = kSinks;
  e.epsilon = .01f / float(l.t.tokens);
  expectedScores(l, e, out);
}

/// b . [x_i, ln(T-i)/7, ln(1+i)/7, [i<4], i/T, 1]
void importance(const ScoreLayer& l, const Pattern* pattern, float* out) {
  const int hidden = l.shape.hidden;
  const size_t width = size_t(hidden) + 5;
  if (!pattern || pattern->importance.size() != size_t(l.shape.heads()) * width) badInput("expert importance: the calibration holds none");
  const double tokens = double(l.t.tokens);
  const float* weights = pattern->importance.data() + size_t(l.t.layer * l.shape.kvHeads) * width;
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.importanceScores(weights); })) return;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const float* b = weights + size_t(h) * width;
    for (int64_t i = 0; i < l.t.tokens; ++i) {
      const float* x = l.t.x + i * hidden;
      double sum = 0;
      for (int d = 0; d < hidden; ++d) sum += double(b[d]) * x[d];
      sum += b[hidden] * std::log(tokens - double(i)) / 7 + b[hidden + 1] * std::log(1. + double(i)) / 7;
      sum += (i < kSinks ? b[hidden + 2] : 0.f) + b[hidden + 3] * double(i) / tokens + b[hidden + 4];
      out[int64_t(h) * l.t.tokens + i] = float(sum);
    }
  }
}

void scoreInto(const std::string& name, const ScoreLayer& l, const Pattern* pattern, float* out) {
  if (name == "recency") return recency(l, out);
  if (name == "keydiff") return keyDiffScores(l, out);
  if (name == "expected") return expected(l, out);
  if (name == "importance") return importance(l, pattern, out);
  if (name == "observed") return observedScores(l, true, out);
  if (name == "tova") return tovaScores(l, out);
  if (name == "lagkv") return lagScores(l, {}, out);
  const int queries = windowQueries(name);
  if (!queries) badInput("expert '" + name + "': unknown policy");
  windowed(l, queries, out);
}

}  // namespace

bool isExpertName(std::string_view name) { return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || windowQueries(name) > 0; }

std::vector<std::string> expertNames(int count, bool withImportance) {
  std::vector<std::string> names;
  for (const std::string_view n : kNames) {
    if (int(names.size()) < count && (withImportance || n != "importance")) names.emplace_back(n);
  }
  for (int64_t queries = 128; int(names.size()) < count; queries += 128) names.push_back("window" + std::to_string(queries));
  return names;
}

std::vector<std::string> parseExperts(std::string_view text) {
  std::vector<std::string> names;
  size_t at = 0;
  while (at <= text.size()) {
    const size_t end = std::min(text.find_first_of("|/", at), text.size());
    std::string name(text.substr(at, end - at));
    if (!isExpertName(name))
      badInput("experts: '" + name + "' is not a policy; recency, keydiff, window, expected, importance, observed, tova, lagkv, window<N>");
    if (std::find(names.begin(), names.end(), name) != names.end()) badInput("experts: '" + name + "' stands twice");
    names.push_back(std::move(name));
    at = end + 1;
  }
  return names;
}

void policyScores(const std::string& name, const LayerTrace& t, const HeadShape& shape, const Pattern* pattern, float* out) {
  scoreInto(name, ScoreLayer(t, shape), pattern, out);
}

void policyRanksOnDevice(const std::vector<std::string>& names, const LayerTrace& t, const HeadShape& shape, const Pattern* pattern) {
  const ScoreLayer layer(t, shape);
  for (size_t e = 0; e < names.size(); ++e) {
    scoreInto(names[e], layer, pattern, nullptr);
    t.device->rank(int(e), int(names.size()));
  }
}

DeviceNeeds policyDeviceNeeds(const std::vector<std::string>& names, int64_t tokens) {
  DeviceNeeds needs{.able = true};
  for (const std::string& name : names) {
    if (name == "tova" && tokens > 1) needs.window = std::max<int64_t>(needs.window, 1);
    if (const int queries = windowQueries(name)) needs.window = std::max(needs.window, windowOf(queries, tokens));
    needs.queries = needs.queries || name == "expected" || name == "observed";
    needs.input = needs.input || name == "importance";
  }
  return needs;
}

std::vector<int32_t> policyRanks(const std::vector<std::string>& names, const LayerTrace& t, const HeadShape& shape, const Pattern* pattern) {
  const ScoreLayer layer(t, shape);
  const size_t plane = size_t(shape.kvHeads) * size_t(t.tokens);
  std::vector<int32_t> ranks(names.size() * plane);
  std::vector<float> score(plane);
  for (size_t e = 0; e < names.size(); ++e) {
    scoreInto(names[e], layer, pattern, score.data());
    forTasks(t, shape.kvHeads, [&](int h) {
      RankScratch scratch;
      const int64_t offset = int64_t(h) * t.tokens;
      rankAscending(score.data() + offset, t.tokens, ranks.data() + int64_t(e) * int64_t(plane) + offset, scratch);
    });
  }
  return ranks;
}

}  // namespace presslab
