// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/format/model_file.h"

namespace presslab {

/// The vocabulary of a Hugging Face folder: tokenizer.json, or vocab.json with merges.txt, and beside it tokenizer_config.json,
/// special_tokens_map.json, added_tokens.json, chat_template.jinja and generation_config.json where they are there. Whatever those files ask for
/// and this program does not do is refused by file and key, so that no text gets other ids than the reference gives. Throws
/// Failure(BadInput) "FILE: 'key': reason". docs/tokenizers.md says what is supported. modelVocab: rows of the model's embedding, when they are
/// known: ids beyond the tokenizer's last one get placeholder tokens up to it, and a token with an id beyond it is refused. 0: not known.
VocabData readHfVocab(const std::string& folder, int modelVocab = 0);

}  // namespace presslab
