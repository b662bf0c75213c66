// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/word_lists.h"

#include <array>
#include <utility>

#include "core/api/error.h"

namespace presslab {
namespace {

constexpr std::array kAdjectives = std::to_array<std::string_view>(
    {"able",    "ample",   "ancient", "arid",   "bare",   "bitter", "blunt",  "bold",   "brave",   "brief",   "bright", "brisk",  "broad",  "calm",
     "careful", "cheap",   "clean",   "clear",  "clever", "cold",   "common", "cool",   "crisp",   "curious", "damp",   "dark",   "deep",   "dense",
     "dim",     "dry",     "dull",    "eager",  "early",  "easy",   "even",   "exact",  "faint",   "fair",    "famous", "fast",   "fine",   "firm",
     "flat",    "fresh",   "full",    "gentle", "giant",  "glad",   "grand",  "great",  "green",   "happy",   "hard",   "heavy",  "high",   "hollow",
     "honest",  "huge",    "humble",  "idle",   "keen",   "kind",   "large",  "late",   "lazy",    "light",   "little", "lively", "local",  "long",
     "loud",    "loyal",   "lucky",   "mild",   "modern", "modest", "narrow", "neat",   "new",     "noble",   "noisy",  "odd",    "old",    "open",
     "pale",    "patient", "plain",   "polite", "poor",   "proud",  "pure",   "quick",  "quiet",   "rapid",   "rare",   "raw",    "ready",  "rich",
     "ripe",    "rough",   "round",   "royal",  "rural",  "salty",  "secret", "severe", "shallow", "sharp",   "short",  "shy",    "silent", "simple",
     "slim",    "slow",    "small",   "smooth", "soft",   "solid",  "sour",   "spare",  "square",  "steady",  "steep",  "stiff",  "strict", "strong",
     "subtle",  "sudden",  "sweet",   "swift",  "tall",   "tame",   "tender", "thick",  "thin",    "tidy",    "tiny",   "tough",  "vast",   "warm",
     "wide",    "wild",    "wise",    "young"});

constexpr std::array kNouns = std::to_array<std::string_view>(
    {"acorn",   "anchor", "apple",   "apron",   "arrow",    "badge",   "bakery",   "banner",  "barn",   "basin",   "basket",  "beach",   "beacon",
     "bell",    "bench",  "bottle",  "bowl",    "branch",   "brick",   "bridge",   "brook",   "broom",  "bucket",  "button",  "cabin",   "cable",
     "camera",  "candle", "canoe",   "canvas",  "carpet",   "castle",  "cedar",    "cellar",  "chair",  "chalk",   "chapel",  "cherry",  "chest",
     "circle",  "clock",  "cloud",   "coast",   "collar",   "copper",  "corner",   "cotton",  "cradle", "crane",   "creek",   "crown",   "curtain",
     "desert",  "dock",   "drawer",  "drum",    "eagle",    "engine",  "fabric",   "falcon",  "farm",   "feather", "fence",   "ferry",   "field",
     "flame",   "flask",  "flute",   "forest",  "fork",     "fossil",  "fountain", "frame",   "garden", "gate",    "glacier", "glove",   "grain",
     "granite", "grove",  "guitar",  "hammer",  "harbor",   "harvest", "hat",      "hedge",   "helmet", "hill",    "hinge",   "honey",   "hotel",
     "island",  "jacket", "jar",     "jungle",  "kettle",   "kitchen", "kite",     "ladder",  "lagoon", "lake",    "lamp",    "lantern", "leaf",
     "lemon",   "letter", "library", "lily",    "lock",     "magnet",  "maple",    "market",  "marsh",  "meadow",  "medal",   "melon",   "mill",
     "mirror",  "mitten", "moss",    "motor",   "mountain", "museum",  "needle",   "nest",    "oak",    "ocean",   "olive",   "orchard", "otter",
     "oven",    "paddle", "palace",  "panel",   "parcel",   "path",    "pearl",    "pebble",  "pencil", "pepper",  "piano",   "pillow",  "pine",
     "pipe",    "planet", "plate",   "plaza",   "pocket",   "pond",    "pottery",  "prairie", "pump",   "quarry",  "quilt",   "rabbit",  "raft",
     "rail",    "ribbon", "river",   "road",    "robin",    "rope",    "saddle",   "sail",    "scarf",  "school",  "shelf",   "shell",   "shore",
     "shovel",  "signal", "silver",  "sled",    "spoon",    "spring",  "stable",   "station", "statue", "stone",   "stove",   "stream",  "street",
     "table",   "temple", "tent",    "theater", "thread",   "timber",  "tower",    "trail",   "train",  "tunnel",  "valley",  "vessel",  "village",
     "violin",  "wagon",  "wall",    "walnut",  "water",    "wharf",   "wheel",    "willow",  "window", "winter",  "wool",    "yard",    "yarn"});

constexpr std::array kNato = std::to_array<std::string_view>(
    {"alfa",     "bravo", "charlie", "delta",  "echo",  "foxtrot", "golf",  "hotel",   "india",  "juliett", "kilo", "lima",   "mike",
     "november", "oscar", "papa",    "quebec", "romeo", "sierra",  "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu"});

std::string hex(SeededRandom& random, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < digits; ++i) out.push_back(kDigits[random.below(16)]);
  return out;
}

}  // namespace

std::span<const std::string_view> adjectives() { return kAdjectives; }
std::span<const std::string_view> nouns() { return kNouns; }
std::span<const std::string_view> natoAlphabet() { return kNato; }

std::vector<size_t> shuffled(SeededRandom& random, size_t n) {
  std::vector<size_t> order(n);
  for (size_t i = 0; i < n; ++i) order[i] = i;
  shuffle(random, order);
  return order;
}

std::vector<std::string> distinctWords(SeededRandom& random, size_t n) {
  const size_t single = kAdjectives.size() + kNouns.size(), pairs = kAdjectives.size() * kNouns.size();
  if (n > single + pairs) badInput(std::to_string(n) + " different words are needed, the lists give " + std::to_string(single + pairs));
  std::vector<std::string> out;
  for (const size_t i : shuffled(random, single)) {
    if (out.size() == n) return out;
    out.emplace_back(i < kAdjectives.size() ? kAdjectives[i] : kNouns[i - kAdjectives.size()]);
  }
  for (const size_t i : shuffled(random, pairs)) {
    if (out.size() == n) break;
    out.push_back(std::string(kAdjectives[i / kNouns.size()]) + "-" + std::string(kNouns[i % kNouns.size()]));
  }
  return out;
}

std::string wordKey(SeededRandom& random) {
  const std::string_view a = kAdjectives[size_t(random.below(kAdjectives.size()))];
  return std::string(a) + "-" + std::string(kNouns[size_t(random.below(kNouns.size()))]);
}

std::string sevenDigits(SeededRandom& random) { return std::to_string(1000000 + random.below(9000000)); }

std::string uuid4(SeededRandom& random) {
  static constexpr char kVariant[] = "89ab";
  std::string out = hex(random, 8) + "-" + hex(random, 4) + "-4" + hex(random, 3) + "-";
  out.push_back(kVariant[random.below(4)]);
  return out + hex(random, 3) + "-" + hex(random, 12);
}

std::string letters(SeededRandom& random, int count, char first) {
  std::string out;
  for (int i = 0; i < count; ++i) out.push_back(char(first + int(random.below(26))));
  return out;
}

}  // namespace presslab
