// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Variable tracking: RULER's setting of one chain with four hops, hidden in noise, with one worked example in front.
#include <algorithm>
#include <set>

#include "core/eval/fit_context.h"
#include "core/eval/word_lists.h"

namespace presslab {
namespace {

constexpr int kHops = 4, kReserve = 30, kLongLength = 4096;
constexpr int kExampleLines = 20, kShortExampleLines = 4;  // of noise; a short context gets a short example

struct Chain {
  std::vector<std::string> names, lines;
  std::string value;
};

Chain makeChain(SeededRandom& random, int nameLetters) {
  Chain c;
  std::set<std::string> seen;
  while (int(c.names.size()) < kHops + 1) {
    std::string name = letters(random, nameLetters, 'A');
    if (seen.insert(name).second) c.names.push_back(std::move(name));
  }
  c.value = std::to_string(10000 + random.below(90000));
  c.lines.push_back("VAR " + c.names[0] + " = " + c.value);
  for (int i = 1; i <= kHops; ++i) c.lines.push_back("VAR " + c.names[size_t(i)] + " = VAR " + c.names[size_t(i - 1)]);
  return c;
}

/// n lines of noise with the chain's lines at seeded shares of it, in order.
std::string hidden(const Chain& chain, const std::vector<double>& shares, int n) {
  std::string out;
  size_t next = 0;
  for (int i = 0; i <= n; ++i) {
    for (; next < chain.lines.size() && int(shares[next] * n) <= i; ++next) out += (out.empty() ? "" : "\n") + chain.lines[next];
    if (i < n) out += (out.empty() ? "" : "\n") + noiseSentence();
  }
  return out;
}

std::vector<double> sortedShares(SeededRandom& random) {
  std::vector<double> shares;
  for (int i = 0; i <= kHops; ++i) shares.push_back(random.uniform());
  std::sort(shares.begin(), shares.end());
  return shares;
}

std::string ask(const std::string& value) {
  return "Which variables hold the value " + value + ", directly or through other variables? Name all of them.";
}

std::string begin(const std::string& value) {
  return " " + std::to_string(kHops + 1) + " variables hold the value " + value + ", following the assignments in the text above:";
}

TaskInstance make(const TaskRequest& request) {
  SeededRandom random = taskRandom(request, "vt");
  const Chain example = makeChain(random, 3), chain = makeChain(random, 5);
  const std::vector<double> exampleShares = sortedShares(random), shares = sortedShares(random);
  std::string shown = hidden(example, exampleShares, request.length < kLongLength ? kShortExampleLines : kExampleLines);
  shown += "\n\n" + ask(example.value) + begin(example.value);
  for (const std::string& name : example.names) shown += " " + name;
  TaskText text;
  text.question = ask(chain.value);
  text.answerPrefix = begin(chain.value);
  text.answers = chain.names;
  text.newTokens = kReserve;
  return fitContext(request, "vt", text, 1, [&](int units) { return shown + "\n\n" + hidden(chain, shares, units); });
}

}  // namespace

const TaskRow kVtRow{
    {"vt", "vt", "Variable tracking", "A chain of five assignments hidden in noise; all names that hold the value", true}, make, nullptr};

}  // namespace presslab
