// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Key-value retrieval: a JSON object of UUID pairs, the value of one key is asked (Liu et al. 2023, "Lost in the middle").
#include "core/eval/fit_context.h"
#include "core/eval/word_lists.h"

namespace presslab {
namespace {

constexpr int kReserve = 48, kFewestPairs = 2;

TaskInstance make(const TaskRequest& request) {
  SeededRandom random = taskRandom(request, "kv");
  const std::string key = uuid4(random), value = uuid4(random);
  const double depth = random.uniform();
  const uint64_t others = random.next();
  TaskText text;
  text.question = "Which value belongs to the key \"" + key + "\" in the JSON object above?";
  text.answerPrefix = " The value of the key \"" + key + "\" is \"";
  text.answers = {value};
  text.newTokens = kReserve;
  return fitContext(request, "kv", text, kFewestPairs, [&](int pairs) {
    SeededRandom own(others);
    const int place = int(depth * pairs);
    std::string body = "{";
    for (int i = 0; i < pairs; ++i) {
      std::string k = key, v = value;
      if (i != place) {
        k = uuid4(own);
        v = uuid4(own);
      }
      body += "\"" + k + "\": \"" + v + "\"" + (i + 1 < pairs ? ",\n" : "");
    }
    return body + "}";
  });
}

}  // namespace

const TaskRow kKvRow{{"kv", "kv", "Key-value retrieval", "The value of one key in a JSON object of UUID pairs", true}, make, nullptr};

}  // namespace presslab
