// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/model_file.h"

namespace presslab {

/// Where a text stands that is turned into ids: vocabularies that put a space before a text do so at its beginning, some also after a
/// control token, none within.
enum class TextPlace { Begins, AfterToken, GoesOn };

/// Byte-pair encoding: byte-level (GPT-2, SmolLM, Llama 3, Qwen), SentencePiece style by scores (GGUF's "llama": Gemma, Llama 2, Mistral,
/// Phi-3), and over characters by merges (their tokenizer.json). docs/tokenizers.md lists what is supported. Thread-safe after construction.
/// Near linear time on any text; invalid UTF-8 survives a round trip, as any byte that has a token (where the vocabulary wants normal form C,
/// it is the normal form that comes back). A byte without one becomes the unknown token, is left out when that is a control token (as
/// Hugging Face's tokenizers do; text must not make control tokens), or is refused when there is none; notices() tells.
class Tokenizer {
 public:
  explicit Tokenizer(const VocabData&);  // throws Failure(BadInput) naming the metadata key
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// Raw text to ids: no template, no BOS. Text that looks like a control token stays text; user-defined tokens are found in it.
  /// Throws Failure(BadInput) naming a byte that the vocabulary cannot express, or for a text beyond 2^31 - 1 bytes.
  std::vector<int32_t> encode(std::string_view text, TextPlace place = TextPlace::Begins) const;
  /// Ids to bytes; the space that encode() puts before a text is taken off again. Control tokens are rendered as their name when keepControl, else
  /// dropped. Throws Failure for an id outside the vocabulary.
  std::string decode(const std::vector<int32_t>& ids, bool keepControl = false) const;
  /// Bytes of one token (may be a partial UTF-8 sequence), a control token's name. Throws Failure for an id outside the vocabulary.
  std::string piece(int32_t id) const;
  /// Id of a control token by its exact name, -1 when absent.
  int32_t controlId(std::string_view name) const;
  bool isControl(int32_t id) const;
  /// Flags of a control or user-defined token, null when it has none.
  const AddedToken* addedToken(int32_t id) const;
  bool isEndOfGeneration(int32_t id) const;  // eos, <|im_end|>, <|endoftext|>, <|eot_id|> ...
  int32_t vocabSize() const;
  int32_t bos() const;
  int32_t eos() const;
  /// What was read with a remark: merges skipped, bytes without a token, an unknown pre-tokeniser.
  const std::vector<std::string>& notices() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> d;
};

/// A rendered chat prompt, split where design section 3 says: what stands before the question is context, the rest is question.
struct ChatPrompt {
  std::vector<int32_t> context, question;
  std::string notice;  // e.g. "chat template uses an unsupported construct; ChatML used instead"
};

/// Context and question are tokenised apart; control tokens come only from the template. Without a question the template's tail
/// (end of turn, assistant header) is the question part. raw leaves the template out. A model without template: raw. The message is
/// context, an empty line, question (context alone without one). Without a template the begin-of-text token stands first where the
/// vocabulary asks for it. A template that cannot be rendered safely gives ChatML and a notice.
ChatPrompt buildPrompt(const Tokenizer&, const VocabData&, std::string_view context, std::string_view question, bool raw);

}  // namespace presslab
