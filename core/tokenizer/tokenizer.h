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

/// Byte-level BPE. Thread-safe after construction. Linear time on any text; invalid UTF-8 bytes survive a round trip.
class Tokenizer {
 public:
  explicit Tokenizer(const VocabData&);     // throws Failure(BadInput) naming the metadata key
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// Raw text to ids: no template, no BOS. Text that looks like a control token stays text.
  std::vector<int32_t> encode(std::string_view text) const;
  /// Ids to bytes. Control tokens are rendered as their name when keepControl, else dropped.
  std::string decode(const std::vector<int32_t>& ids, bool keepControl = false) const;
  /// Bytes of one token (may be a partial UTF-8 sequence).
  std::string piece(int32_t id) const;
  /// Id of a control token by its exact name, -1 when absent.
  int32_t controlId(std::string_view name) const;
  bool isControl(int32_t id) const;
  bool isEndOfGeneration(int32_t id) const; // eos, <|im_end|>, <|endoftext|>, <|eot_id|> ...
  int32_t vocabSize() const;
  int32_t bos() const;
  int32_t eos() const;
  const std::vector<std::string>& notices() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> d;
};

/// A rendered chat prompt, split where design section 3 says: what stands before the question is context, the rest is question.
struct ChatPrompt {
  std::vector<int32_t> context, question;
  std::string notice;                       // e.g. "chat template uses an unsupported construct; ChatML used instead"
};

/// Context and question are tokenised apart; control tokens come only from the template. Without a question the template's tail
/// (end of turn, assistant header) is the question part. raw leaves the template out. A model without template: raw.
ChatPrompt buildPrompt(const Tokenizer&, const VocabData&, std::string_view context, std::string_view question, bool raw);

}  // namespace presslab
