// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/cache/page_arena.h"
#include "core/cache/ragged_cache.h"
#include "core/engine/backend.h"
#include "core/engine/rope_table.h"
#include "core/press/decode_compression.h"

namespace presslab {

class CpuBackend;
struct CpuLayer;
struct NormWeights;

/// One sequence of the CPU backend. A Failure inside prefill or decode leaves it unusable; its owner drops it.
class CpuSequence final : public Sequence {
 public:
  explicit CpuSequence(CpuBackend&);

  void beginPrefill(std::span<const int32_t> ids, TraceNeeds) override;
  void prefillChunk(int layer, int64_t start, int64_t count) override;
  LayerTrace trace(int layer) override;
  void keep(int layer, const LayerKeep&) override;
  void endPrefill(float* lastLogits) override;
  void chunkLogits(int64_t start, int64_t count, float* out) override;
  void decode(int32_t id, float* logits, const AttentionTap& tap) override;
  /// Only behind a cache that holds every token of every head as it came.
  std::optional<ReadCost> readBehind(std::span<const int32_t> ids, TraceNeeds, const ReadTap&, const std::stop_token&) override;
  int64_t position() const override { return m_position; }
  CacheBytes bytes() const override;
  int64_t headBytes(int layer, int head) const override { return m_cache.headBytes(layer, head); }
  int64_t headLength(int layer, int head) const override { return m_cache.length(layer, head); }
  std::vector<int32_t> positions(int layer, int head) const override { return m_cache.positions(layer, head); }
  std::unique_ptr<Sequence> clone() const override;
  void reserve(int64_t newTokens) override;

 private:
  /// Rows of a chunk (prefill) or of one token (decode), allocated once.
  struct Buffers {
    PageFloats norm, q, k, v, attention, projected, gate, up;
    void resize(int64_t rows, const ModelConfig&);
    int64_t bytes() const;
  };
  CpuSequence(CpuBackend&, const RaggedCache&, int64_t position);
  void decodeAttention(int layer, const AttentionTap& tap);
  kernels::KvHeadView visible(int layer, int head, bool tapped) const;
  /// One layer's keys and values while tokens are read behind the cache: its rows, then theirs; (kvHeads, tokens) each.
  struct Reading {
    int64_t first = 0, tokens = 0, rowBytes = 0;
    PageArena k, v;
    std::byte* row(bool values, int head, int64_t r) const { return (values ? v : k).data() + (head * tokens + r) * rowBytes; }
  };
  bool holdsAll() const;
  void openScratch(std::span<const int32_t> ids, int64_t first);
  void closeScratch();
  void takeRows(int layer);
  /// Position of row 0 of the scratch.
  int64_t firstRow() const { return m_reading ? m_reading->first : 0; }
  std::byte* keyRow(int layer, int head, int64_t r) { return m_reading ? m_reading->row(false, head, r) : m_cache.kRow(layer, head, r); }
  std::byte* valueRow(int layer, int head, int64_t r) { return m_reading ? m_reading->row(true, head, r) : m_cache.vRow(layer, head, r); }
  void layerChunk(int layer, int64_t start, int64_t count);
  void recordInputs(int64_t start, int64_t count, const float* x);
  void storeRows(int layer, int64_t start, int64_t count);
  void prefillAttention(int layer, int64_t start, int64_t count);
  void settleBounded();
  /// One row.
  void norm(const NormWeights&, const float* x, float* out) const;
  void normRows(const float* x, const NormWeights&, int64_t rows, float* out);
  void addBiases(const CpuLayer&, float* q, float* k, float* v) const;
  void normHeads(const CpuLayer&, float* q, float* k) const;
  void project(const CpuLayer&, int64_t rows);
  void activate(const CpuLayer&, float* gate, float* up) const;
  void addBlock(const std::vector<float>& bias, const NormWeights& post, float* block, float* x) const;
  void feedForward(int layer, int64_t rows, float* x);
  void tap(int layer, const AttentionTap& tap);
  /// The cache as compression while decoding works on it.
  struct Held final : HeldCache {
    explicit Held(CpuSequence& sequence) : s(sequence) {}
    std::span<const int32_t> slots(int layer, int head) const override;
    bool isRing(int layer, int head) const override;
    void readRows(int layer, int head, int64_t first, int64_t count, bool values, float* out) override;
    void writeValue(int layer, int head, int64_t slot, const float* row) override;
    void dropSlots(std::span<const DroppedSlot>) override;
    void keepSlots(const std::vector<std::vector<int32_t>>&, int64_t newTokens) override;
    void bringQueries(int, std::span<float>) override {}
    void describe(LayerTrace&, int layer) const override;
    CpuSequence& s;
  };

  CpuBackend& m_backend;
  RaggedCache m_cache;
  std::shared_ptr<const RopeTables> m_rope;
  int64_t m_position = 0;
  int64_t m_closedUp = 0;  // positions that kept keys were turned back by: new tokens turn by so much less

  // Prefill, and reading behind the cache.
  bool m_prefilling = false;
  std::unique_ptr<Reading> m_reading;
  int64_t m_tokens = 0;
  int m_whole = -1;  // a bounded layer that stands whole until its trace has been read
  TraceNeeds m_needs;
  PageFloats m_x;                    // (T, hidden), the residual stream
  std::vector<float> m_traceOutput;  // W_o of the layer that was looked at last
  PageFloats m_traceQ, m_traceX, m_traceResidual, m_traceK, m_traceV;
  Buffers m_chunk;
  int64_t m_scratch = 0;  // bytes of all of it, reported also after it is freed

  std::optional<DecodeCompression> m_compression;  // while decoding
  // Decode.
  Buffers m_token;
  std::vector<float> m_tokenX, m_probs;
  std::vector<kernels::KvHeadView> m_views;
};

}  // namespace presslab
