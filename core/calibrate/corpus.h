// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/tokenizer/tokenizer.h"

namespace presslab {

/// One calibration document: `context` tokens whose keys are judged, then a continuation whose queries judge them.
struct CalibrationText {
  std::string name;
  std::vector<int32_t> ids;  // context + continuation
  int firstQuery = 0;        // queries of the continuation from here on count (retrieval: from the last question token)
};

/// `count` documents of exactly context + continuation tokens, in an order that mixes the kinds: bundled texts and texts made by seeded
/// grammars (notes, dialogue, tables, JSON, code, mail, logs, retrieval prompts), then the .txt files of `folder` (empty: none), which
/// come first. Throws Failure(Io) when the folder cannot be read.
std::vector<CalibrationText> calibrationTexts(const Tokenizer&, const VocabData&, int count, int context, int continuation, uint64_t seed,
                                              const std::string& folder);

/// Text of one generated kind, at least `characters` long. kind: 0 .. kGeneratedKinds-1.
std::string generatedText(int kind, size_t characters, uint64_t seed);
inline constexpr int kGeneratedKinds = 8;

}  // namespace presslab
