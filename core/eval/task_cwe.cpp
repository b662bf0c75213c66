// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Common words: some words stand more often than the others in a numbered list (RULER's setting, one worked example in front).
#include <algorithm>

#include "core/eval/fit_context.h"
#include "core/eval/word_lists.h"

namespace presslab {
namespace {

constexpr int kReserve = 120;
struct Counts {
  int common, other;
};
/// The list, and the worked example before it; short contexts get fewer words, so that something else fits in.
struct Setting {
  int fromLength, common;  // common: words that are asked
  Counts counts;
  int exampleWords;
  Counts example;
};
constexpr Setting kSettings[] = {{4096, 10, {30, 3}, 40, {10, 3}}, {1000, 10, {6, 1}, 20, {3, 1}}, {0, 5, {5, 1}, 10, {2, 1}}};

/// The first words common, in a seeded order, numbered from 1.
std::string listOf(const std::vector<std::string>& words, size_t first, size_t count, size_t common, const Counts& counts, uint64_t seed) {
  std::vector<std::string> entries;
  for (size_t i = 0; i < count; ++i)
    for (int c = 0; c < (i < common ? counts.common : counts.other); ++c) entries.push_back(words[first + i]);
  SeededRandom random(seed);
  shuffle(random, entries);
  std::string out;
  for (size_t i = 0; i < entries.size(); ++i) out += (i ? " " : "") + std::to_string(i + 1) + ". " + entries[i];
  return out;
}

std::string numbered(const std::vector<std::string>& words, int common) {
  std::string out;
  for (int i = 0; i < common; ++i) out += " " + std::to_string(i + 1) + ". " + words[size_t(i)];
  return out;
}

TaskInstance make(const TaskRequest& request) {
  SeededRandom random = taskRandom(request, "cwe");
  const Setting& s = *std::find_if(std::begin(kSettings), std::end(kSettings), [&](const Setting& x) { return request.length >= x.fromLength; });
  const size_t shown = size_t(s.exampleWords), common = size_t(s.common);
  // More words than can fit: an entry has at least three tokens.
  const std::vector<std::string> words = distinctWords(random, shown + common + size_t(request.length) / 3 + 1);
  const uint64_t exampleSeed = random.next(), seed = random.next();
  const std::string ask = "Which " + std::to_string(s.common) + " words are the most frequent in the list above?";
  const std::string begin = " The " + std::to_string(s.common) + " most frequent words in the list are:";
  const std::string example = listOf(words, 0, shown, common, s.example, exampleSeed) + "\n" + ask + begin + numbered(words, s.common) + "\n\n";
  TaskText text;
  text.question = ask;
  text.answerPrefix = begin;
  text.answers.assign(words.begin() + std::ptrdiff_t(shown), words.begin() + std::ptrdiff_t(shown + common));
  text.newTokens = kReserve;
  return fitContext(request, "cwe", text, 1, [&](int units) {
    return example + listOf(words, shown, std::min(common + size_t(units), words.size() - shown), common, s.counts, seed);
  });
}

}  // namespace

const TaskRow kCweRow{{"cwe", "cwe", "Common words", "The most frequent words of a numbered list", true}, make, nullptr};

}  // namespace presslab
