// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/run_event.h"
#include "core/api/run_spec.h"
#include "core/engine/backend.h"
#include "core/tokenizer/tokenizer.h"

namespace presslab {

/// A loaded model: file facts, tokenizer, backend.
struct LoadedModel {
  std::unique_ptr<ModelFile> file;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Backend> backend;
  ModelSpec spec;
  double loadMs = 0;
};
std::unique_ptr<LoadedModel> loadModel(const ModelSpec&, const EventSink&, std::stop_token);

/// Chunk of prefill between two tests of the stop token.
inline constexpr int64_t kPrefillChunk = 256;

/// Result of prefill + compression of one method.
struct PrefillResult {
  double prefillMs = 0, compressMs = 0;  // compress: trace, score, select, compact; not in prefillMs
  std::vector<LayerKeep> layers;
  std::vector<std::string> notes;
  std::vector<MemorySample> memory;
  std::vector<float> lastLogits;              // of the last context token
  int64_t kvBytesPeak = 0, scratchBytes = 0;  // highest, with what stood beside the sequence while the context was read again
};

struct PrefillHooks {                                        // any may be empty
  std::function<void(int layer, int64_t kvBytes)> appended;  // the layer stands whole
  std::function<void(int layer, int64_t kvBytes, const LayerKeep&)> compressed;
  std::function<void(double progress)> progress;
};

/// Layer-major prefill of ids, each layer compressed as soon as it is complete. press null or "none": everything stays.
/// Throws Failure(Cancelled) between chunks.
PrefillResult prefill(Backend&, Sequence&, std::span<const int32_t> ids, Press* press, const RunContext&, const PrefillHooks&, std::stop_token);

/// Mean negative log-likelihood over positions 1..n-1 and the last position's logits; full forward pass.
struct ForwardResult {
  double nllMean = 0;
  std::vector<float> lastLogits;
  int64_t tokens = 0;
};
ForwardResult forward(Backend&, std::span<const int32_t> ids, std::stop_token);

/// Chooses a token: arg-max (lowest id on ties) or seeded sampling. Throws Failure naming the first non-finite logit.
class Sampler {
 public:
  Sampler(const Sampling&, int64_t vocab);
  int32_t pick(std::span<const float> logits);

 private:
  Sampling m_sampling;
  uint64_t m_state[2];
  std::vector<std::pair<float, int32_t>> m_scratch;
};

/// Default question (the guide's) and the synthetic document.
extern const char* const kDefaultQuestion;
/// A deterministic document of varied prose with a few facts hidden in it, at least `tokens` tokens long; cut by the caller.
std::string syntheticDocument(int64_t approxTokens, uint64_t seed);

}  // namespace presslab
