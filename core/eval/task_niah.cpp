// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Needle in a haystack: RULER's eight settings (Hsieh et al. 2024). The needle's form and the depths are RULER's, the question is our own.
#include <algorithm>
#include <set>

#include "core/eval/fit_context.h"
#include "core/eval/sentences.h"
#include "core/eval/word_lists.h"

namespace presslab {
namespace {

enum class Hay { Noise, Essay, Needles };

struct Setting {
  const char* id;
  Hay hay;
  bool uuidKeys, uuidValues;
  int keys, values, asked;  // needles in the context, values of each key, keys asked for
};
constexpr Setting kSettings[8] = {{"niah_single_1", Hay::Noise, false, false, 1, 1, 1},     {"niah_single_2", Hay::Essay, false, false, 1, 1, 1},
                                  {"niah_single_3", Hay::Essay, false, true, 1, 1, 1},      {"niah_multikey_1", Hay::Essay, false, false, 4, 1, 1},
                                  {"niah_multikey_2", Hay::Needles, false, false, 1, 1, 1}, {"niah_multikey_3", Hay::Needles, true, true, 1, 1, 1},
                                  {"niah_multivalue", Hay::Essay, false, false, 1, 4, 1},   {"niah_multiquery", Hay::Essay, false, false, 4, 1, 4}};
constexpr int kDepths = 40;    // depths are drawn without repeat from so many, 0 to 100 %
constexpr int kReserve = 128;  // tokens of an answer

const char* kindOf(const Setting& s) { return s.uuidValues ? "uuid" : "number"; }

std::string needleOf(const Setting& s, const std::string& key, const std::string& value) {
  return std::string("One of the special magic ") + kindOf(s) + "s for " + key + " is: " + value + ".";
}

/// Keys and values that occur nowhere else.
class Fresh {
 public:
  Fresh(SeededRandom& random, const Setting& s) : m_random(random), m_setting(s) {}
  std::string key() { return unique(m_setting.uuidKeys ? 1 : 0); }
  std::string value() { return unique(m_setting.uuidValues ? 1 : 2); }
  void taken(const std::vector<std::string>& texts) { m_seen.insert(texts.begin(), texts.end()); }

 private:
  std::string unique(int kind) {
    for (;;) {
      std::string text = kind == 0 ? wordKey(m_random) : kind == 1 ? uuid4(m_random) : sevenDigits(m_random);
      if (m_seen.insert(text).second) return text;
    }
  }
  SeededRandom& m_random;
  const Setting& m_setting;
  std::set<std::string> m_seen;
};

std::string joined(const std::vector<std::string>& keys) {
  std::string out;
  for (size_t i = 0; i < keys.size(); ++i) out += (i == 0 ? "" : i + 1 == keys.size() ? " and " : ", ") + keys[i];
  return out;
}

struct Needles {
  std::vector<std::string> texts;  // the ones that count, then distractors in random order
  std::vector<std::string> asked;  // keys
  std::vector<std::string> answers;
};

Needles makeNeedles(SeededRandom& random, const Setting& s, Fresh& fresh) {
  Needles n;
  for (int k = 0; k < s.keys; ++k) {
    const std::string key = fresh.key();
    for (int v = 0; v < s.values; ++v) {
      const std::string value = fresh.value();
      n.texts.push_back(needleOf(s, key, value));
      if (k < s.asked) n.answers.push_back(value);
    }
    if (k < s.asked) n.asked.push_back(key);
  }
  shuffle(random, n.texts);
  return n;
}

/// n units of hay with the needles in it. Depths are fixed, so a longer body holds the same needles at the same share of its length.
std::string bodyOf(const Setting& s, const TaskRequest& request, const Needles& needles, const std::vector<int>& depths, uint64_t seed, int units) {
  std::vector<std::string> parts;
  if (s.hay == Hay::Noise) {
    parts.assign(size_t(units), noiseSentence());
  } else if (s.hay == Hay::Essay) {
    parts = sentences(request.essay, request.instance, units);
  } else {
    SeededRandom own(seed);
    Fresh fresh(own, s);
    fresh.taken(needles.asked);
    fresh.taken(needles.answers);
    for (int i = 0; i < units; ++i) {
      const std::string key = fresh.key();
      parts.push_back(needleOf(s, key, fresh.value()));
    }
  }
  std::vector<std::pair<size_t, size_t>> places;  // part before which, needle
  for (size_t i = 0; i < needles.texts.size(); ++i) places.emplace_back(parts.size() * size_t(depths[i]) / (kDepths - 1), i);
  std::stable_sort(places.begin(), places.end());
  const char* gap = s.hay == Hay::Essay ? " " : "\n";
  std::string body;
  size_t next = 0;
  const auto add = [&](const std::string& text) { body += (body.empty() ? "" : gap) + text; };
  for (size_t i = 0; i <= parts.size(); ++i) {
    for (; next < places.size() && places[next].first <= i; ++next) add(needles.texts[places[next].second]);
    if (i < parts.size()) add(parts[i]);
  }
  return body;
}

TaskInstance makeNiah(const TaskRequest& request, const Setting& s) {
  SeededRandom random = taskRandom(request, s.id);
  Fresh fresh(random, s);
  const Needles needles = makeNeedles(random, s, fresh);
  std::vector<int> depths;
  for (const size_t d : shuffled(random, kDepths)) depths.push_back(int(d));
  const uint64_t hay = random.next();
  const bool several = needles.answers.size() > 1;
  const std::string kind = std::string("special magic ") + kindOf(s) + (several ? "s" : "");
  TaskText text;
  text.question = std::string("What ") + (several ? "are all the " : "is the ") + kind + " for " + joined(needles.asked) + " in the text above?";
  text.answerPrefix = std::string(" The ") + kind + " for " + joined(needles.asked) + " in the text above " + (several ? "are" : "is");
  text.answers = needles.answers;
  text.newTokens = kReserve;
  return fitContext(request, s.id, text, 1, [&](int units) { return bodyOf(s, request, needles, depths, hay, units); });
}

template <int N>
TaskInstance make(const TaskRequest& request) {
  return makeNiah(request, kSettings[N]);
}

}  // namespace

const TaskRow kNiahRows[8] = {
    {{"niah_single_1", "niah", "Needle in noise", "One number hidden in repeated sentences", true}, make<0>, nullptr},
    {{"niah_single_2", "niah", "Needle in prose", "One number hidden in prose", true}, make<1>, nullptr},
    {{"niah_single_3", "niah", "UUID in prose", "One UUID hidden in prose", true}, make<2>, nullptr},
    {{"niah_multikey_1", "niah", "Needle among 4 keys", "Four numbers with different keys in prose, one is asked", true}, make<3>, nullptr},
    {{"niah_multikey_2", "niah", "Needle among needles", "Nothing but needles, one is asked", true}, make<4>, nullptr},
    {{"niah_multikey_3", "niah", "UUID among UUIDs", "Nothing but needles of UUIDs, one is asked", true}, make<5>, nullptr},
    {{"niah_multivalue", "niah", "4 values of a key", "Four numbers for one key in prose, all are asked", true}, make<6>, nullptr},
    {{"niah_multiquery", "niah", "4 keys asked", "Four numbers with different keys in prose, all are asked", true}, make<7>, nullptr}};

}  // namespace presslab
