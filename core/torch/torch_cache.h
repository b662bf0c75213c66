// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/press/press.h"

namespace presslab::torch_path {

/// Keys and values of one sequence on a LibTorch device: the same rules as RaggedCache, with two tensors a layer and KV head as
/// storages. Evicting replaces them by smaller ones, head by head. Used by one thread at a time.
class TorchCache {
 public:
  TorchCache(int layers, int kvHeads, int headDim, at::TensorOptions options);

  /// Room for `tokens` rows in every head of an empty layer, positions 0..tokens-1; they are written by write(). Throws Failure(Failed)
  /// when the layer is not empty.
  void beginLayer(int layer, int64_t tokens);
  /// Rows [start, start + n) of all heads from (n, kvHeads, headDim).
  void write(int layer, int64_t start, const at::Tensor& k, const at::Tensor& v);
  /// Keeps only the given rows of a layer, frees the rest and sets rings. Throws Failure(Failed) when the kept positions do not ascend,
  /// do not exist, or are more than the ring holds.
  void keep(int layer, const LayerKeep&);
  /// Room for n new tokens in every head that is no full ring.
  void reserve(int64_t newTokens);
  /// Writes one row (headDim) behind the last one, or over the oldest recent one of a full ring.
  void append(int layer, int head, int32_t position, const at::Tensor& k, const at::Tensor& v);

  /// Rows in use, (length, headDim), in storage order.
  at::Tensor keys(int layer, int head) const { return at(layer, head).k.narrow(0, 0, length(layer, head)); }
  at::Tensor values(int layer, int head) const { return at(layer, head).v.narrow(0, 0, length(layer, head)); }
  int64_t length(int layer, int head) const { return int64_t(at(layer, head).positions.size()); }
  /// Position of each row, in storage order.
  std::span<const int32_t> slots(int layer, int head) const { return at(layer, head).positions; }
  std::vector<int32_t> positions(int layer, int head) const;  ///< ascending
  int64_t headBytes(int layer, int head) const { return 2 * rowBytes() * length(layer, head); }

  int64_t storageBytes() const;  ///< of all tensors, from their storages
  int64_t usedBytes() const;
  int64_t reservedBytes() const;  ///< rows that wait for new tokens
  int64_t heldBytes() const { return storageBytes() - reservedBytes(); }
  int64_t indexBytes() const;
  int64_t peakBytes() const { return m_peak; }

  /// A copy that owns its storage, with the same room reserved.
  TorchCache clone() const;

 private:
  struct Head {
    at::Tensor k, v;                 // (capacity, headDim)
    std::vector<int32_t> positions;  // of each row in use
    bool ring = false;
    int64_t sink = 0, ringRows = 0;  // rows of a full ring
    int64_t next = 0;                // row that a full ring overwrites
  };
  Head& at(int layer, int head) { return m_heads[size_t(layer * m_kvHeads + head)]; }
  const Head& at(int layer, int head) const { return m_heads[size_t(layer * m_kvHeads + head)]; }
  int64_t rowBytes() const { return m_headDim * int64_t(m_options.dtype().itemsize()); }
  void resizeHead(Head&, int64_t capacity) const;
  void notePeak();

  int m_kvHeads;
  int64_t m_headDim, m_peak = 0;
  at::TensorOptions m_options;
  std::vector<Head> m_heads;  // layer * kvHeads + head
};

}  // namespace presslab::torch_path
