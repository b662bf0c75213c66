// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/match.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/api/error.h"
#include "core/press/spec_tree.h"

namespace presslab {
namespace {

constexpr int kSteps = 19;  // .05, .10, ... .95

std::string shortest(double x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  return std::string(text, end);
}

std::string figure(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", x);
  return text;
}

struct Argument {
  size_t begin = std::string::npos, end = 0;  // key and value
};

/// Where an argument of this name stands in the text, at any depth.
Argument findArgument(const std::string& spec, const std::string& key) {
  const std::string wanted = key + "=";
  for (size_t at = spec.find(wanted); at != std::string::npos; at = spec.find(wanted, at + 1)) {
    if (at == 0 || (spec[at - 1] != '(' && spec[at - 1] != ',')) continue;
    return {at, std::min(spec.find_first_of(",)", at), spec.size())};
  }
  return {};
}

bool isSequence(const std::string& spec) {
  int depth = 0;
  for (const char c : spec) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == '+' && depth == 0) return true;
  }
  return false;
}

/// Where a kvq that stores what the press before it keeps begins, its + included; the text's end without one.
size_t storedAt(const std::string& spec) {
  const size_t at = spec.rfind("+kvq");
  return at == std::string::npos ? spec.size() : at;
}

/// Where the innermost press's name ends, in bytes: that press has the ratio.
size_t innermostEnd(const std::string& spec) {
  const std::vector<SpecNode> steps = parseSpec(spec);
  int column = steps.front().column;
  std::string name = steps.front().id;
  const auto inside = [](const SpecNode& node) -> const SpecArg* {
    for (const SpecArg& a : node.args) {
      if (a.press || a.key == "press") return &a;
    }
    return nullptr;
  };
  for (const SpecNode* node = &steps.front(); node;) {
    const SpecArg* const a = inside(*node);
    if (!a) break;
    node = a->press.get();
    column = a->column;
    name = node ? node->id : a->text;
  }
  size_t at = 0;  // columns count characters
  for (int c = 1; c < column && at < spec.size(); ++c) {
    do ++at;
    while (at < spec.size() && (static_cast<unsigned char>(spec[at]) & 0xC0U) == 0x80U);
  }
  return at + name.size();
}

/// Presses keep int(T * (1 - r)) tokens per head, so a ratio half a token below gives that count exactly.
double ratioFor(const RunContext& run, int64_t tokens) { return std::clamp(1 - (double(tokens) + .5) / double(run.tokens), 0.0, .9999); }

/// Bytes that a press is predicted to hold at so many tokens a head; below 0 where it refuses, which it does of too few.
int64_t bytesAt(const std::string& spec, const RunContext& run, int64_t rowBytes, int64_t tokens) {
  try {
    return makePress(withRatio(spec, ratioFor(run, tokens)))->predictBytes(run, rowBytes);
  } catch (const Failure&) {
    return -1;
  }
}

/// The fewest tokens per head at which a press holds as many bytes as wanted, or all. Bytes grow with tokens, also where rows are quantised and
/// where some layers are bounded.
int64_t tokensOfBytes(const std::string& spec, const RunContext& run, int64_t rowBytes, int64_t wanted) {
  int64_t low = 1, high = run.tokens;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (bytesAt(spec, run, rowBytes, middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Index of the method whose bytes or quality the others must meet.
size_t referenceOf(const std::vector<std::string>& specs) {
  for (size_t i = 0; i < specs.size(); ++i) {
    if (specs[i] != "none") return i;
  }
  return specs.size();
}

}  // namespace

std::string withRatio(const std::string& spec, double ratio) {
  if (const size_t stored = storedAt(spec); stored < spec.size()) return withRatio(spec.substr(0, stored), ratio) + spec.substr(stored);
  if (spec == "none" || isSequence(spec) || spec.rfind("kvq", 0) == 0)
    badInput("the ratio of \"" + spec + "\" cannot be solved for; name one press with ratio=");
  for (const char* key : {"eplb_ratio", "duo_ratio"}) {
    if (findArgument(spec, key).begin != std::string::npos) badInput("\"" + spec + "\": write ratio= and split= where the ratio is to be solved for");
  }
  const std::string value = "ratio=" + shortest(ratio);
  for (const char* key : {"ratio", "head_ratio", "tokens", "mb"}) {
    const Argument a = findArgument(spec, key);
    if (a.begin != std::string::npos) return spec.substr(0, a.begin) + value + spec.substr(a.end);
  }
  const size_t end = innermostEnd(spec), open = spec.find_first_not_of(" \t", end);
  if (open == std::string::npos || spec[open] != '(') return spec.substr(0, end) + "(" + value + ")" + spec.substr(end);
  const size_t first = spec.find_first_not_of(" \t", open + 1);
  return spec.substr(0, open + 1) + value + (spec[first] == ')' ? "" : ",") + spec.substr(first);
}

std::vector<std::string> matchBytes(const std::vector<std::string>& specs, const RunContext& run) {
  const size_t reference = referenceOf(specs);
  if (reference == specs.size()) return specs;
  const int64_t row = run.shape.rowBytes > 0 ? run.shape.rowBytes : int64_t{4} * run.shape.headDim;  // f16 where it is not known
  const int64_t wanted = makePress(specs[reference])->predictBytes(run, row);
  std::vector<std::string> out = specs;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (i == reference || specs[i] == "none") continue;
    (void)withRatio(specs[i], .5);  // refuses what has no ratio to solve for
    const int64_t enough = tokensOfBytes(specs[i], run, row, wanted);
    int64_t best = -1;
    for (const int64_t tokens : {enough - 1, enough}) {
      const int64_t bytes = bytesAt(specs[i], run, row, tokens), off = std::abs(bytes - wanted);
      if (bytes < 0 || (best >= 0 && off >= best)) continue;
      best = off;
      out[i] = canonicalPressSpec(withRatio(specs[i], ratioFor(run, tokens)));
    }
    if (best < 0) (void)makePress(withRatio(specs[i], ratioFor(run, enough)))->predictBytes(run, row);  // says why it refuses
  }
  return out;
}

QualityMatch matchQuality(LoadedModel& model, const PromptIds& prompt, const std::vector<std::string>& specs, const RunContext& run, int newTokens,
                          const Replay::Progress& progress, std::stop_token stop) {
  QualityMatch match{specs, {}};
  const size_t reference = referenceOf(specs);
  if (reference == specs.size()) return match;
  struct Candidate {
    size_t method;
    std::string spec;
    PressPtr press;
  };
  std::vector<Candidate> candidates;
  candidates.push_back({reference, specs[reference], makePress(specs[reference])});
  for (size_t i = 0; i < specs.size(); ++i) {
    if (i == reference || specs[i] == "none") continue;
    for (int step = kSteps; step >= 1; --step) {  // the largest ratio first
      std::string spec = canonicalPressSpec(withRatio(specs[i], step / 20.0));
      PressPtr press = makePress(spec);
      candidates.push_back({i, std::move(spec), std::move(press)});
    }
  }
  std::vector<Press*> presses;
  for (const Candidate& c : candidates) presses.push_back(c.press.get());
  Replay replay(model, prompt);
  const auto part = [&](double from, double to) {
    return [&progress, from, to](double share) {
      if (progress) progress(from + share * (to - from));
    };
  };
  std::vector<KeepPlan> plans = replay.prefill(presses, run, part(0, .5), stop);
  if (!plans[0].error.empty()) throw Failure(ErrorCode::BadInput, "--match quality: the reference " + specs[reference] + ": " + plans[0].error);
  replay.teach(prompt.continuation, newTokens, part(.5, .55), stop);
  const QualityMetrics wanted = replay.quality(plans[0].layers, {}, stop);
  if (!wanted.measured) badInput("--match quality needs at least 2 new tokens");
  size_t solved = reference;  // last method whose ratio is known; candidates of one method follow each other
  for (size_t i = 1; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    part(.55, 1)(double(i) / double(candidates.size()));
    const bool last = i + 1 == candidates.size() || candidates[i + 1].method != c.method;
    if (c.method == solved || !plans[i].error.empty()) continue;
    const double kld = replay.quality(plans[i].layers, {}, stop).kldMean;
    plans[i].layers.clear();
    match.specs[c.method] = c.spec;
    if (kld <= wanted.kldMean) {
      solved = c.method;
      match.notes.push_back(c.spec + " meets the divergence of " + specs[reference] + ": " + figure(kld) + " against " + figure(wanted.kldMean));
    } else if (last) {
      match.notes.push_back(c.spec + " stays above the divergence of " + specs[reference] + " at every ratio: " + figure(kld) + " against " +
                            figure(wanted.kldMean));
    }
  }
  return match;
}

}  // namespace presslab
