// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/press/random.h"

namespace presslab {

/// Plain English words of one kind, no word twice.
std::span<const std::string_view> adjectives();
std::span<const std::string_view> nouns();
std::span<const std::string_view> natoAlphabet();
/// n different words: adjectives and nouns first, then pairs joined by a hyphen, in a seeded order. Throws Failure(BadInput) beyond all pairs.
std::vector<std::string> distinctWords(SeededRandom&, size_t n);

/// Keys and values of needles.
std::string wordKey(SeededRandom&);  // "adjective-noun"
std::string sevenDigits(SeededRandom&);
std::string uuid4(SeededRandom&);
std::string letters(SeededRandom&, int count, char first);  // count letters from 'a' or 'A' on

/// 0 .. n-1 in a seeded order.
std::vector<size_t> shuffled(SeededRandom&, size_t n);
template <class T>
void shuffle(SeededRandom& random, std::vector<T>& values) {
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[size_t(random.below(i))]);
}

}  // namespace presslab
