// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Passkeys: several keys of words from the NATO alphabet hidden in prose, one is asked (as DuoAttention trains its gates: ten keys of 32 words at
// depths .05 to .95). Short contexts get fewer and shorter keys.
#include <algorithm>
#include <array>

#include "core/eval/fit_context.h"
#include "core/eval/sentences.h"
#include "core/eval/word_lists.h"

namespace presslab {
namespace {

constexpr std::array<const char*, 10> kOrdinals{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
constexpr double kShallow = .05, kDeep = .95;
struct Setting {
  int fromLength, keys, words;
};
constexpr Setting kSettings[] = {{8000, 10, 32}, {4000, 10, 8}, {1000, 5, 4}, {0, 3, 4}};
constexpr int kTokensPerWord = 4;  // room for the answer

TaskInstance make(const TaskRequest& request) {
  SeededRandom random = taskRandom(request, "passkey");
  const Setting& s = *std::find_if(std::begin(kSettings), std::end(kSettings), [&](const Setting& x) { return request.length >= x.fromLength; });
  std::vector<std::string> keys;
  while (int(keys.size()) < s.keys) {
    std::string key;
    for (int w = 0; w < s.words; ++w) key += (w ? " " : "") + std::string(natoAlphabet()[size_t(random.below(natoAlphabet().size()))]);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  const size_t asked = size_t(random.below(keys.size()));
  const std::string name = std::string(kOrdinals[asked]) + " passkey";
  TaskText text;
  text.question = "What is the " + name + " in the text above?";
  text.answerPrefix = " The " + name + " is:";
  text.answers = {keys[asked]};
  text.newTokens = s.words * kTokensPerWord;
  return fitContext(request, "passkey", text, 1, [&](int units) {
    const std::vector<std::string> prose = sentences(request.essay, request.instance, units);
    std::string body;
    size_t next = 0;
    for (size_t i = 0; i <= prose.size(); ++i) {
      const auto placeOf = [&](size_t k) {
        const double share = keys.size() > 1 ? double(k) / double(keys.size() - 1) : 0;
        return size_t(double(prose.size()) * (kShallow + (kDeep - kShallow) * share));
      };
      for (; next < keys.size() && placeOf(next) <= i; ++next)
        body += std::string(body.empty() ? "" : " ") + "The " + kOrdinals[next] + " passkey is: " + keys[next] + ".";
      if (i < prose.size()) body += (body.empty() ? "" : " ") + prose[i];
    }
    return body;
  });
}

}  // namespace

const TaskRow kPasskeyRow{{"passkey", "passkey", "Passkeys", "Keys of spelling words hidden in prose, one is asked", true}, make, nullptr};

}  // namespace presslab
