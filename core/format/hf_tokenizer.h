// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/format/hf_json.h"
#include "core/format/model_file.h"

namespace presslab {

/// The parts of readHfVocab(). Each throws Failure(BadInput) naming file and key.

/// tokenizer.json: vocabulary, merges, added tokens, and how text is treated before and after.
void readTokenizerJson(const std::string& path, VocabData& v);
/// How a tokenizer.json treats text: normalizer, pre_tokenizer, decoder, post_processor. v.model is set by it.
void readTextSteps(const JsonFile& file, VocabData& v);
/// vocab.json and merges.txt of a tokenizer of that class ("" when no file names one).
void readVocabAndMerges(const std::string& folder, const std::string& tokenizerClass, VocabData& v);

/// Puts a vocabulary's entries at their ids; what lies between them becomes placeholders. Refuses ids and texts that come twice.
void placeTokens(const JsonFile& file, const std::string& key, JsonVocabulary& lists, VocabData& v);
/// Puts an added token where it belongs; refuses an id that another text has.
void placeAdded(const JsonFile& file, const std::string& key, const AddedToken& token, VocabData& v);
/// Sets flags and kind of a token that is there.
void markAdded(const AddedToken& token, VocabData& v);
/// Id of a token by its text, -1 when absent.
int32_t tokenId(const VocabData& v, const std::string& text);

}  // namespace presslab
