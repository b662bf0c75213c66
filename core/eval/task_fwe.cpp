// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Frequent words: made-up words whose counts follow Zipf's law with exponent 2; the first rank is dots, ranks 2 to 4 are asked (RULER's setting).
#include <numbers>
#include <set>

#include "core/eval/fit_context.h"
#include "core/eval/word_lists.h"

namespace presslab {
namespace {

constexpr int kReserve = 50, kLetters = 6, kTokensPerWord = 50;
constexpr size_t kAsked = 3, kFewestWords = 6;
constexpr int kFewest = 100;  // of so many, rank 4 stands more often than rank 5

std::string bodyOf(const std::vector<std::string>& words, uint64_t seed, int n) {
  constexpr double kZeta2 = std::numbers::pi * std::numbers::pi / 6;
  std::vector<std::string> entries;
  for (size_t k = 1; k <= words.size(); ++k) {
    const int count = int(double(n) / (double(k) * double(k)) / kZeta2);
    for (int i = 0; i < count; ++i) entries.push_back(words[k - 1]);
  }
  SeededRandom random(seed);
  shuffle(random, entries);
  std::string out = "Coded text:";
  for (const std::string& e : entries) out += " " + e;
  return out;
}

TaskInstance make(const TaskRequest& request) {
  SeededRandom random = taskRandom(request, "fwe");
  const size_t vocabulary = std::max(kFewestWords, size_t(request.length / kTokensPerWord));
  std::vector<std::string> words{"..."};
  std::set<std::string> seen;
  while (words.size() < vocabulary) {
    std::string word = letters(random, kLetters, 'a');
    if (seen.insert(word).second) words.push_back(std::move(word));
  }
  const uint64_t seed = random.next();
  TaskText text;
  text.question = "Leave out the dots. Which three words stand most often in the coded text above?";
  text.answerPrefix = " The three most frequent words in the coded text are:";
  text.answers.assign(words.begin() + 1, words.begin() + 1 + kAsked);
  text.newTokens = kReserve;
  return fitContext(request, "fwe", text, kFewest, [&](int units) { return bodyOf(words, seed, units); });
}

}  // namespace

const TaskRow kFweRow{{"fwe", "fwe", "Frequent words", "The three most frequent made-up words of a coded text", true}, make, nullptr};

}  // namespace presslab
