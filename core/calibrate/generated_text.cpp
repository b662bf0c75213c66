// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>

#include "core/calibrate/corpus.h"
#include "core/press/random.h"

namespace presslab {
namespace {

using Words = std::vector<const char*>;

const Words kPeople{"Mara", "Ivo", "Lena", "Tobias", "Amina", "Piotr", "Salome", "Henrik", "Noor", "Gwen", "Dario", "Yuki"};
const Words kTowns{"Orrin", "Saltmere", "Veldt", "Castrow", "Lindale", "Port Ember", "Hallow Bridge", "Quill", "Merrin", "East Tarn"};
const Words kGoods{"copper wire", "winter barley", "roof tiles",   "lamp oil",      "printing paper",
                   "river sand",  "dried apples",  "cedar boards", "wool blankets", "glass jars"};
const Words kVerbs{"repaired", "counted", "delivered", "inspected", "measured", "painted", "rejected", "stored", "weighed", "relabelled"};
const Words kParts{"pump", "valve", "sensor", "bearing", "filter", "gearbox", "inverter", "relay", "nozzle", "cooling fan"};
const Words kWeather{"a thin fog", "steady rain", "a dry east wind", "clear frost", "sudden hail", "low cloud", "warm drizzle", "bright sun"};
const Words kReasons{"because the old one had rusted through",
                     "after the second complaint in a week",
                     "although nobody had ordered it",
                     "while the road was closed",
                     "before the auditors arrived",
                     "so that the night shift could leave early",
                     "since the price had fallen",
                     "as the manual recommends",
                     "despite the missing signature",
                     "once the water had gone down"};
const Words kIdeas{"the smallest error grows with every step",
                   "a good record is worth more than a good memory",
                   "what is measured gets repaired first",
                   "two cheap parts fail more often than one dear part",
                   "nobody reads the second page",
                   "the weather decides more than the plan",
                   "a rule without a reason is soon forgotten",
                   "the first estimate was made by someone in a hurry"};
const Words kCalls{"load", "merge", "filter", "rank", "encode", "split", "flush", "resolve", "collect", "verify"};
const Words kNouns{"record", "batch", "index", "token", "window", "buffer", "route", "sample", "header", "queue"};

class Writer {
 public:
  explicit Writer(uint64_t seed) : m_random(seed) {}
  std::string out;

  void text(const char* s) { out += s; }
  void word(const Words& list) { out += list[size_t(m_random.below(list.size()))]; }
  void number(uint64_t from, uint64_t to) { out += std::to_string(from + m_random.below(to - from + 1)); }
  uint64_t below(uint64_t n) { return m_random.below(n); }
  void decimal(double most, int digits) {
    char s[32];
    std::snprintf(s, sizeof s, "%.*f", digits, m_random.uniform() * most);
    out += s;
  }
  void clock() {
    char s[16];
    std::snprintf(s, sizeof s, "%02d:%02d:%02d", int(below(24)), int(below(60)), int(below(60)));
    out += s;
  }
  /// {P} person, {T} town, {G} goods, {V} verb, {A} part, {W} weather, {R} reason, {I} idea, {C} call, {N} noun, {#} number; other letters
  /// and whole words in braces stand for themselves.
  void fill(const char* pattern) {
    for (const char* c = pattern; *c; ++c) {
      switch (*c) {
        case '{':
          if (c[1] && c[2] == '}') {
            expand(c[1]);
            c += 2;
            break;
          }
          [[fallthrough]];
        default:
          out += *c;
      }
    }
  }

 private:
  void expand(char kind) {
    switch (kind) {
      case 'P':
        return word(kPeople);
      case 'T':
        return word(kTowns);
      case 'G':
        return word(kGoods);
      case 'V':
        return word(kVerbs);
      case 'A':
        return word(kParts);
      case 'W':
        return word(kWeather);
      case 'R':
        return word(kReasons);
      case 'I':
        return word(kIdeas);
      case 'C':
        return word(kCalls);
      case 'N':
        return word(kNouns);
      case '#':
        return number(2, 980);
      default:
        out += kind;
    }
  }
  SeededRandom m_random;
};

template <size_t N>
const char* pick(Writer& w, const std::array<const char*, N>& list) {
  return list[size_t(w.below(N))];
}

void note(Writer& w) {
  static constexpr std::array<const char*, 8> kLines{"On the {#}th day {P} {V} {#} crates of {G} near {T} {R}. ",
                                                     "There was {W} over {T}, and {P} wrote that {I}. ",
                                                     "The {A} of unit {#} was {V} {R}; {P} signed for it. ",
                                                     "\"{I},\" said {P}, and nobody in {T} disagreed. ",
                                                     "In {T} the {G} cost {#} marks, {#} more than in {T}, {R}. ",
                                                     "{P} asked {P} why the {A} had not been {V}, but {W} had stopped all work. ",
                                                     "It is known that {I}; the people of {T} learned it when the {A} broke. ",
                                                     "By evening {#} of the {#} jars had been {V}. "};
  for (int i = 3 + int(w.below(4)); i > 0; --i) w.fill(pick(w, kLines));
  w.text("\n\n");
}

void dialogue(Writer& w) {
  static constexpr std::array<const char*, 8> kLines{"{P}: Did anyone move the {G} from {T}?\n",
                                                     "{P}: I {V} it this morning, {R}.\n",
                                                     "{P}: Then why does the list still say {#}?\n",
                                                     "{P}: Because {I}. Ask {P} about it.\n",
                                                     "{P}: The {A} makes that noise again, and we have {W}.\n",
                                                     "{P}: Fine. I will call {T} at {#} and order another {A}.\n",
                                                     "{P}: No, wait. Page {#} says it must be {V} first.\n",
                                                     "{P}: You always say that {I}!\n"};
  w.fill(pick(w, kLines));
}

void table(Writer& w, int row) {
  if (row % 25 == 0) w.text("date,town,goods,quantity,unit_price,clerk\n");
  w.fill("2031-");
  w.number(10, 12);
  w.text("-");
  w.number(10, 28);
  w.fill(",{T},{G},{#},");
  w.decimal(90, 2);
  w.fill(",{P}\n");
}

void json(Writer& w, int row) {
  w.text(row == 0 ? "[\n" : "");
  w.fill("  {\"id\": \"{N}-{#}\", \"town\": \"{T}\", \"part\": \"{A}\", \"state\": \"{V}\", \"load\": ");
  w.decimal(1, 3);
  w.fill(", \"tags\": [\"{N}\", \"{C}\"], \"checked_by\": \"{P}\"},\n");
}

void code(Writer& w) {
  static constexpr std::array<const char*, 3> kForms{
      "def {C}_{N}(items, limit={#}):\n    \"\"\"Return the {N} of each item; {I}.\"\"\"\n    result = []\n    for i, item in enumerate(items):\n"
      "        if item.{N} > limit:\n            continue\n        result.append({C}(item, i + {#}))\n    return result\n\n",
      "class {N}_{C}:\n    def __init__(self, size={#}):\n        self.size = size\n        self.{N} = {}\n\n    def {C}(self, key, value):\n"
      "        if len(self.{N}) >= self.size:\n            raise ValueError(f\"{N} is full: {self.size}\")\n        self.{N}[key] = value\n\n",
      "# {P}: {I}\ntotal_{N} = sum({C}(x) for x in {N}s if x % {#} == {#})\nassert total_{N} < {#}, \"{N} overflow\"\n\n"};
  w.fill(pick(w, kForms));
}

void mail(Writer& w) {
  w.fill("From: {P} <{N}{#}@example.org>\nTo: {P} <{N}@example.org>\nSubject: {G} for {T}\n\nDear {P},\n\n");
  w.fill("thank you for your letter of the {#}th. We {V} the {A} {R}, and {#} units are on their way to {T}. ");
  w.fill("Please note that invoice {#}-{#} is still open. As {P} put it, {I}. ");
  w.fill("If {W} holds until Friday, the {G} can be {V} in {T}.\n\nKind regards\n{P}\n\n");
}

void logLine(Writer& w) {
  static constexpr std::array<const char*, 6> kLines{
      " INFO  {C}.{N}: processed {#} items in {#} ms\n",   " WARN  {C}.{N}: retry {#} of {#}, {N} not ready\n",
      " INFO  scheduler: {N} {#} moved to host {T}-{#}\n", " ERROR {C}.{N}: checksum mismatch at offset {#}, expected {#}\n",
      " DEBUG {N}: cache hit for key {N}/{#}\n",           " INFO  {A} {#}: temperature {#}, state {V}\n"};
  w.text("2031-03-");
  w.number(10, 28);
  w.text(" ");
  w.clock();
  w.fill(pick(w, kLines));
}

void questions(Writer& w, int row) {
  static constexpr std::array<const char*, 6> kAnswers{"Step {#}: close the {A}, then wait until {W} has passed.\n",
                                                       "It was {V} by {P} in {T}, {R}.\n",
                                                       "Roughly {#} to {#}, depending on the {G}.\n",
                                                       "No. {P} tested it with {#} samples and found that {I}.\n",
                                                       "Yes, provided that the {A} was {V} within {#} days.\n",
                                                       "First the {G}, then the {A}, and the {N} last.\n"};
  static constexpr std::array<const char*, 6> kQuestions{
      "How is a {A} replaced?",  "Who looked after the {G} in {T}?", "How many units does {T} need each year?", "Is it safe to skip the {N} check?",
      "May the {A} run in {W}?", "In which order are things loaded?"};
  w.text((std::to_string(row + 1) + ". Question: ").c_str());
  w.fill(pick(w, kQuestions));
  w.text("\n   Answer: ");
  w.fill(pick(w, kAnswers));
}

}  // namespace

std::string generatedText(int kind, size_t characters, uint64_t seed) {
  Writer w(seed * 0x9e3779b97f4a7c15ull + uint64_t(kind));
  for (int row = 0; w.out.size() < characters; ++row) {
    switch (kind) {
      case 0:
        note(w);
        break;
      case 1:
        dialogue(w);
        break;
      case 2:
        table(w, row);
        break;
      case 3:
        json(w, row);
        break;
      case 4:
        code(w);
        break;
      case 5:
        mail(w);
        break;
      case 6:
        logLine(w);
        break;
      default:
        questions(w, row);
        break;
    }
  }
  return std::move(w.out);
}

}  // namespace presslab
