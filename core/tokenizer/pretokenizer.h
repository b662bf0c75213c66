// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace presslab {

/// How a text is cut into the pieces that byte pairs are merged in.
enum class PreTokenizer {
  Gpt2,    ///< contractions, " ?letters", " ?numbers", " ?others", white space (GPT-2)
  Smollm,  ///< every number character stands alone and ends the text on both sides; GPT-2 between them (SmolLM2)
  Llama3,  ///< case-blind contractions, any leading mark joins letters, up to three numbers, line ends stay together (Llama 3)
  Qwen2,   ///< as Llama3, every number character alone (Qwen 2 and 3)
  Whole,   ///< no cut (SentencePiece style)
  Marks,   ///< a piece begins at every space mark U+2581 (Metaspace)
};

/// The scheme that a `tokenizer.ggml.pre` value names, for byte-level vocabularies; known is false (and Gpt2 returned) for a name we do not know.
PreTokenizer preTokenizerNamed(const std::string& pre, bool& known);

/// End of the piece that starts at `pos` (pos < text.size()). Stateless; walking a whole text is linear in its bytes: no piece reads
/// further than one character past the white space or word that it looks at, and no byte is looked at by more than three pieces.
size_t pieceEnd(PreTokenizer scheme, std::string_view text, size_t pos);

}  // namespace presslab
