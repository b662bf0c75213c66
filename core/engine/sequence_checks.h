// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What sequences of every backend refuse, and how they say it.
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "core/api/error.h"
#include "core/engine/backend.h"

namespace presslab {

/// A context that can be prefilled into a sequence that holds nothing yet.
inline void checkContext(std::span<const int32_t> ids, const ModelConfig& c, bool begun) {
  if (ids.empty()) badInput("the context has no tokens");
  if (int64_t(ids.size()) > c.contextLength)
    badInput("the context has " + std::to_string(ids.size()) + " tokens, the model has " + std::to_string(c.contextLength) + " positions");
  if (begun) throw Failure(ErrorCode::Failed, "a sequence is prefilled once");
}

inline void checkId(int32_t id, const ModelConfig& c) {
  if (id < 0 || id >= c.vocab) badInput("token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(c.vocab));
}

/// A part of the context of `tokens`, at most `most` of them, while it is prefilled. what: "prefill: no chunk of", "no logits of".
inline void checkPart(const char* what, bool prefilling, int64_t start, int64_t count, int64_t tokens, int64_t most = INT64_MAX) {
  if (!prefilling || start < 0 || count < 1 || count > most || start + count > tokens)
    throw Failure(ErrorCode::Failed, std::string(what) + " " + std::to_string(count) + " tokens at " + std::to_string(start));
}

inline void checkCopied(bool prefilling) {
  if (prefilling) throw Failure(ErrorCode::Failed, "a sequence cannot be copied inside its prefill");
}

inline void checkEnd(bool prefilling) {
  if (!prefilling) throw Failure(ErrorCode::Failed, "prefill: ended before it began");
}

/// The next token has a position.
inline void checkStep(bool prefilling, int64_t position, const ModelConfig& c) {
  if (prefilling) throw Failure(ErrorCode::Failed, "decode: the prefill has not ended");
  if (position >= c.contextLength)
    badInput("position " + std::to_string(position) + " does not exist: the model has " + std::to_string(c.contextLength) + " positions");
}

[[noreturn]] inline void valueNotFinite(int64_t layer, int64_t position) {
  throw Failure(ErrorCode::Failed,
                "layer " + std::to_string(layer) + " is the first with a value that is not finite, at position " + std::to_string(position));
}

[[noreturn]] inline void logitNotFinite(int64_t position) {
  throw Failure(ErrorCode::Failed, "output matrix: a logit that is not finite at position " + std::to_string(position));
}

/// Of rows of logits, the first one of the token at `position`.
inline void checkLogitRows(const float* logits, int64_t rows, int64_t vocab, int64_t position) {
  for (int64_t i = 0; i < rows * vocab; ++i) {
    if (!std::isfinite(logits[i])) logitNotFinite(position + i / vocab);
  }
}

/// Any of the caches' own figures.
template <class Cache>
CacheBytes bytesOf(const Cache& cache, int64_t scratch) {
  return {cache.heldBytes(), cache.usedBytes(), cache.reservedBytes(), cache.indexBytes(), cache.peakBytes(), scratch};
}

}  // namespace presslab
