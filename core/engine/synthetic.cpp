// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A document nobody else owns, as long as wanted: sentence grammars filled with names and numbers, so that no stretch repeats and a
// model has something to follow; a fact worth asking for now and then.
#include <array>
#include <span>
#include <string_view>

#include "core/engine/session.h"

namespace presslab {

const char* const kDefaultQuestion = "What are the main types of machine learning?";

namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kPeople[] = {"Mara Lindqvist", "Tomas Okafor", "Ines Valcourt", "Jonas Petrov",   "Aiko Hamada",
                                        "Ruth Abernathy", "Daniel Sorel", "Priya Raman",   "Elena Castillo", "Samuel Voss",
                                        "Nora Kessler",   "Hugo Almeida", "Leila Farouk",  "Peter Quill"};
constexpr std::string_view kTowns[] = {"Harrowgate",   "Bellmere",    "Port Anselm", "Kirkvale",       "Sandhollow", "Verensk",
                                       "Lower Tannet", "Ostrava Bay", "Millbrook",   "Castle Rennick", "Eastmoor",   "Juniper Falls"};
constexpr std::string_view kGoods[] = {"barley", "copper wire", "lamp oil",  "dried cod", "roof slate",     "cedar planks",
                                       "linen",  "salt",        "glassware", "apples",    "printing paper", "clay bricks"};
constexpr std::string_view kMethods[] = {"supervised learning",      "unsupervised learning", "reinforcement learning", "self-supervised learning",
                                         "semi-supervised learning", "transfer learning",     "active learning"};
constexpr std::string_view kModels[] = {"decision tree",    "linear regression", "support vector machine",       "convolutional network",
                                        "transformer",      "random forest",     "nearest-neighbour classifier", "Gaussian mixture",
                                        "recurrent network"};
constexpr std::string_view kTasks[] = {
    "predicting house prices",     "sorting letters by sender",   "finding faults in castings",  "ranking search results",
    "grouping customers by habit", "translating harbour notices", "reading handwritten ledgers", "steering a small robot through a maze"};
constexpr std::string_view kSubjects[] = {"botany",    "navigation",  "local history", "harmony", "metallurgy",
                                          "astronomy", "cartography", "medicine",      "law"};
constexpr std::string_view kWeather[] = {"light rain", "a dry east wind", "thick fog",      "broken cloud",
                                         "hail",       "a clear sky",     "steady drizzle", "gusts from the north"};
constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
constexpr std::string_view kColours[] = {"crimson", "amber", "violet", "silver", "emerald", "cobalt", "ivory", "scarlet"};
constexpr std::string_view kAnimals[] = {"heron", "otter", "falcon", "badger", "lynx", "sturgeon", "raven", "marten"};
constexpr std::string_view kPlaces[] = {"the north archive",     "the tide gauge hut", "the seed vault",        "the printing room",
                                        "the old customs house", "the signal tower",   "the reading room safe", "the ferry office"};

/// Sentences of one topic. A letter after '%' draws a word: p person, t town, g goods, m method, o model, k task, s subject, w weather,
/// n month; 2, 3 and 4 draw a number of so many digits, y a year.
constexpr std::string_view kLearning[] = {
    "In %m, the examples decide more than the algorithm, which is why %p spent %2 weeks cleaning the data before any training began.",
    "A %o was the first choice for %k, and it reached %2 per cent on the part of the data that had been set aside.",
    "When the group in %t compared a %o with a %o, the simpler one lost by only %2 errors in %4 cases.",
    "The report separates %m from %m by asking who provides the answers: a teacher, the data itself, or the consequences of an action.",
    "%p warned that a model can memorise %4 records without understanding any of them, so the test set was locked away until %n.",
    "For %k there were no labels at all, and the team had to let the structure of the measurements speak for itself.",
    "Rewards arrived late in the %t experiment; the agent needed %4 attempts before its behaviour became useful.",
    "Reducing the learning rate after %3 steps made the loss curve smoother, though the final %o was hardly better.",
};
constexpr std::string_view kLibrary[] = {
    "The library at %t lent %4 volumes in %n, and more than half of them were about %s.",
    "%p, who has catalogued works on %s since %y, keeps a separate drawer for books returned with letters still inside.",
    "A reader from %t asked for a treatise on %s that had last left the shelves in %y.",
    "Shelf %3 was moved closer to the window because the ink on the older %s manuscripts had begun to fade.",
    "The night porter counted %2 lamps, wrote the number down, and noticed that one of the %s cabinets stood open.",
    "Donations this year included %3 maps, a box of letters, and the complete notes of %p on %s.",
    "Since the catalogue was copied onto cards, finding a work on %s takes %2 seconds instead of an afternoon.",
};
constexpr std::string_view kStation[] = {
    "The weather station above %t recorded %w on the morning of %n %2, with the pressure falling slowly.",
    "%p replaced the thermometer after it had read %2 degrees for three days while the pond was plainly frozen.",
    "According to the log of %y, %w was followed by a flood that reached the second step of the mill.",
    "Between %n and %n the rain gauge at %t collected %3 millimetres, a little less than the year before.",
    "A balloon released at noon drifted towards %t and was found %2 days later by a farmer.",
    "The forecast mentioned %w, yet the barometer disagreed, and the barometer was right.",
    "Observers write the wind first and the cloud second, a habit that %p introduced in %y.",
};
constexpr std::string_view kTrade[] = {
    "A cargo of %g left %t for %t with %3 crates on deck and a crew of %2.",
    "The price of %g rose by %2 per cent after the road through %t was closed by snow.",
    "%p bought %4 measures of %g on credit and sold most of them before %n.",
    "Merchants in %t prefer %g to coin, since the coin of %y is lighter than its stamp admits.",
    "The harbour master refused %3 barrels because the seals did not match the list drawn up in %t.",
    "A ledger kept by %p shows that %g and %g were never stored in the same house.",
    "Tolls at the bridge brought in %4 marks, of which the repairs of %y swallowed nearly everything.",
};
constexpr std::span<const std::string_view> kTopics[] = {kLearning, kLibrary, kStation, kTrade};

class Writer {
 public:
  explicit Writer(uint64_t seed) : m_state(seed * 2 + 0x6A09E667F3BCC909u) {}

  std::string paragraph() {
    const Words topic = kTopics[below(std::size(kTopics))];
    std::string text;
    size_t before = topic.size();
    for (size_t n = 4 + below(4); n > 0; --n) {
      size_t i = below(topic.size());
      if (i == before) i = (i + 1) % topic.size();
      before = i;
      if (!text.empty()) text += ' ';
      text += filled(topic[i]);
    }
    return text;
  }

  std::string fact() {
    return "The passcode for " + std::string(pick(kPlaces)) + " is " + std::string(pick(kColours)) + "-" + std::string(pick(kAnimals)) + "-" +
           number(4) + ", as noted by " + std::string(pick(kPeople)) + ".";
  }
  size_t below(size_t n) { return size_t(next() % n); }

 private:
  uint64_t next() {  // splitmix64
    m_state += 0x9E3779B97F4A7C15u;
    uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  template <size_t N>
  std::string_view pick(const std::string_view (&words)[N]) {
    return words[below(N)];
  }

  std::string number(int digits) {
    std::string s(1, char('1' + below(9)));
    while (--digits > 0) s += char('0' + below(10));
    return s;
  }

  std::string drawn(char kind) {
    switch (kind) {
      case 'p':
        return std::string(pick(kPeople));
      case 't':
        return std::string(pick(kTowns));
      case 'g':
        return std::string(pick(kGoods));
      case 'm':
        return std::string(pick(kMethods));
      case 'o':
        return std::string(pick(kModels));
      case 'k':
        return std::string(pick(kTasks));
      case 's':
        return std::string(pick(kSubjects));
      case 'w':
        return std::string(pick(kWeather));
      case 'n':
        return std::string(pick(kMonths));
      case 'y':
        return std::to_string(1870 + below(140));
      case '2':
        return std::to_string(11 + below(17));  // fits a day of a month, a count of weeks and a percentage alike
      default:
        return number(kind - '0');
    }
  }

  std::string filled(std::string_view pattern) {
    std::string text;
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '%')
        text += drawn(pattern[++i]);
      else
        text += pattern[i];
    }
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = char(text[0] - 'a' + 'A');
    return text;
  }

  uint64_t m_state;
};

constexpr int64_t kBytesPerToken = 6;  // more than any tokenizer here makes of such prose, so the text is never too short
constexpr int kFactEvery = 9;          // paragraphs

}  // namespace

std::string syntheticDocument(int64_t approxTokens, uint64_t seed) {
  Writer writer(seed);

  std::string text =
      "Machine learning is commonly divided into supervised learning, where every example carries its answer, unsupervised learning, "
      "where structure is found without answers, and reinforcement learning, where an agent learns from rewards.\n\n";
  for (int paragraph = 1; int64_t(text.size()) < approxTokens * kBytesPerToken; ++paragraph) {
    text += writer.paragraph();
    if (paragraph % kFactEvery == 2) text.append(1, ' ').append(writer.fact());
    text += "\n\n";
  }
  return text;
}

}  // namespace presslab
