// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "core/engine/session.h"
#include "core/engine/tiny_model.h"

namespace presslab::test {

/// The tiny model with one token for every printable ASCII character, space and newline: exactly its 96.
class SpeakingModel : public TinyModel {
 public:
  explicit SpeakingModel(uint32_t seed, int64_t positions = 240) : TinyModel(seed, positions) {
    m_vocab.model = "gpt2";
    m_vocab.pre = "gpt-2";
    for (char c = 33; c < 127; ++c) m_vocab.tokens.push_back(std::string(1, c));
    m_vocab.tokens.push_back("\xc4\xa0");
    m_vocab.tokens.push_back("\xc4\x8a");
  }
};

inline std::unique_ptr<LoadedModel> speakingModel(uint32_t seed, int threads = 1, int64_t positions = 240) {
  auto m = std::make_unique<LoadedModel>();
  m->file = std::make_unique<SpeakingModel>(seed, positions);
  m->tokenizer = std::make_unique<Tokenizer>(m->file->vocab());
  m->spec.precision = Precision::Exact;
  m->spec.threads = threads;
  m->backend = makeCpuBackend(*m->file, m->spec, {}, {});
  return m;
}

}  // namespace presslab::test
