// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/run_spec.h"
#include "core/format/model_file.h"
#include "core/press/press.h"

namespace presslab {

/// Bytes of a sequence's cache, counted from the storages themselves.
struct CacheBytes {
  int64_t held = 0;      // K and V rows in use, slack included
  int64_t used = 0;      // rows in use alone
  int64_t reserved = 0;  // tail kept for new tokens
  int64_t index = 0;     // host bookkeeping (positions)
  int64_t peak = 0;      // highest held since creation
  int64_t scratch = 0;   // T x hidden buffers of prefill
};

/// What a reading held beside a sequence at its highest: keys and values, and scratch.
struct ReadCost {
  int64_t kvBytes = 0, scratchBytes = 0;
};

/// Called with the attention of one layer while decoding: probs of query head qh over the slots of its KV head, and the position of
/// each slot.
using AttentionTap = std::function<void(int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions)>;

/// One sequence on one device: its ragged cache and the scratch to fill it. Used by one thread at a time. `index` is 0 until batches come.
class Sequence {
 public:
  virtual ~Sequence() = default;

  // Prefill, layer-major: begin, then for each layer all chunks in order, then trace/keep, then the next layer; then end.
  virtual void beginPrefill(std::span<const int32_t> ids, TraceNeeds) = 0;
  virtual void prefillChunk(int layer, int64_t start, int64_t count) = 0;
  /// Recorded data of the layer just filled. Pointers live until the next call on this object.
  virtual LayerTrace trace(int layer) = 0;
  /// Drops everything not kept, gives the bytes back to the system, sets rings.
  virtual void keep(int layer, const LayerKeep&) = 0;
  /// Frees the scratch. logits (vocab) of the last context position when wanted.
  virtual void endPrefill(float* lastLogits) = 0;
  /// Logits of context positions [start, start+count), before endPrefill and after all layers. out: (count, vocab).
  virtual void chunkLogits(int64_t start, int64_t count, float* out) = 0;

  /// Appends one token at the next position; logits (vocab) or null. tap may be empty.
  virtual void decode(int32_t id, float* logits, const AttentionTap& tap) = 0;

  /// Reads ids behind what the sequence holds, a layer at a time and all of them in it, and leaves the sequence as it was. The tap gets each layer
  /// with what was asked for. Nothing: this sequence cannot, and nothing was read; readAnew() (reread.h) does it for every backend. Throws
  /// Failure(Cancelled) between chunks.
  virtual std::optional<ReadCost> readBehind(std::span<const int32_t>, TraceNeeds, const ReadTap&, const std::stop_token&) { return std::nullopt; }

  virtual int64_t position() const = 0;  // next position
  virtual CacheBytes bytes() const = 0;
  virtual int64_t headBytes(int layer, int head) const = 0;
  virtual int64_t headLength(int layer, int head) const = 0;
  /// Positions held by a head, ascending.
  virtual std::vector<int32_t> positions(int layer, int head) const = 0;
  /// A copy that owns its storage (replay, quality pass). reserve: room for so many new tokens.
  virtual std::unique_ptr<Sequence> clone() const = 0;
  /// Room for n new tokens per non-ring head, so that decoding does not allocate.
  virtual void reserve(int64_t newTokens) = 0;
};

/// What presses and the cache need to know of a model.
inline HeadShape shapeOf(const ModelConfig& c) {
  HeadShape s;
  s.layers = c.layers;
  s.kvHeads = c.kvHeads;
  s.group = c.heads / c.kvHeads;
  s.headDim = c.headDim;
  s.hidden = c.hidden;
  for (int l = 0; l < c.layers; ++l) {
    if (!c.isBounded(l)) continue;
    s.bounded.resize(size_t(c.layers));
    s.bounded[size_t(l)] = 1;
    s.boundedWindow = c.slidingWindow;
  }
  return s;
}

/// The same from the facts of a file's header, in which the places of the bounded layers do not matter: only their number does.
inline HeadShape shapeOf(const ModelInfo& i) {
  HeadShape s;
  s.layers = i.layers;
  s.kvHeads = i.kvHeads;
  s.group = i.kvHeads > 0 ? i.heads / i.kvHeads : 1;
  s.headDim = i.headDim;
  s.hidden = i.hidden;
  if (i.slidingLayers == 0 || i.slidingLayers >= i.layers) return s;
  s.bounded.assign(size_t(i.layers), 0);
  std::fill_n(s.bounded.begin(), i.slidingLayers, uint8_t{1});
  s.boundedWindow = i.slidingWindow;
  return s;
}

/// A model on a device. Own kernels (CPU, cuda:N), or plain LibTorch (CPU, cuda:N).
class Backend {
 public:
  virtual ~Backend() = default;
  virtual const ModelConfig& config() const = 0;
  virtual HeadShape shape() const = 0;
  virtual std::string name() const = 0;  // "cpu", "cuda:0" (own kernels), "torch-cpu", "torch-cuda:0"
  virtual int threads() const = 0;
  virtual int64_t weightBytes() const = 0;  // read per decoded token
  virtual KvType kvType() const = 0;
  int64_t kvRowBytes() const { return presslab::kvRowBytes(kvType(), config().headDim); }  // one key or one value
  /// Scale of q.k.
  float attentionScale() const { return config().attentionScale > 0 ? config().attentionScale : 1.0f / std::sqrt(float(config().headDim)); }
  virtual double measureBandwidth() = 0;  // GB/s now
  virtual std::unique_ptr<Sequence> newSequence() = 0;
  /// W_o of a layer as float32: (hidden, queryHeads * headDim). For calibration.
  virtual std::vector<float> outputProjection(int layer) = 0;
  virtual DeviceMemory deviceMemory() const { return {}; }
  virtual void resetDevicePeak() {}
  /// Version of the library behind the backend ("2.11.0" for LibTorch), "" for our own kernels.
  virtual std::string libraryVersion() const { return {}; }
};

/// Progress while weights are packed: 0..1. Returns false to stop (throws Cancelled).
using LoadProgress = std::function<void(double)>;
std::unique_ptr<Backend> makeCpuBackend(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);
/// Loaded from a module at run time; throws Failure(Device) when the module or the device is absent.
std::unique_ptr<Backend> makeTorchBackend(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);
/// Own CUDA kernels, likewise from a module.
std::unique_ptr<Backend> makeCudaBackend(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);

}  // namespace presslab
