// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/press/decode_compression.h"
#include "core/press/press.h"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda_path {

/// Keys and values of one sequence on a device: every layer and KV head has its own length, all heads of a layer stand in one LibTorch storage.
/// Evicting gathers the kept rows into a smaller storage, layer by layer, and the larger one goes back to the allocator. A head may have its older
/// slots in quantised blocks of 32, as RaggedCache has them. The device advances the heads' states itself while it decodes (beginToken); this object
/// keeps the same states on the host. Used by one thread at a time.
class CudaCache {
 public:
  /// elem: F32, F16 or BF16. withPositions: the device needs to know each slot's position (a window that is a mask).
  CudaCache(int layers, int kvHeads, int headDim, cuda::Type elem, bool withPositions, at::Device);

  /// Room for `tokens` rows in every head of an empty layer, positions 0..tokens-1. Throws Failure(Failed) when the layer is not empty.
  void beginLayer(int layer, int64_t tokens);
  /// Keeps only the given rows of a layer that stands whole, frees the rest, quantises what the plan says and sets rings. Throws Failure(Failed) when
  /// the kept positions do not ascend, do not exist, or are more than the ring holds, Failure(BadInput) where head dims have no blocks.
  void keep(int layer, const LayerKeep&);
  /// Room for n new tokens in every head that is no full ring.
  void reserve(int64_t newTokens);
  /// The host's side of a token that the device is about to append to every head; makes room first where a head has none, and a block of what has
  /// left a residual window.
  void advanceAll(int32_t position);

  // Compression while decoding.
  /// Keeps only the given slots (ascending) of every head, index layer * kvHeads + head; an empty list leaves the head as it is. The layers that lose
  /// slots move into new storage with room for `newTokens`. Throws Failure(Failed) for rings, quantised heads and slots that do not ascend or exist.
  void keepSlots(const std::vector<std::vector<int32_t>>& slots, int64_t newTokens);
  /// Drops slots of heads that are no rings and not quantised, of a head the highest first: the rows behind each move up, its room stays with the
  /// head. Throws Failure(Failed) for a slot that does not exist.
  void dropSlots(std::span<const DroppedSlot>);

  /// (layers, kvHeads) on the device; brought up to date when the host changed something.
  cuda::HeadState* deviceHeads();
  const cuda::HeadState& head(int layer, int head) const { return m_states[index(layer, head)]; }
  bool isRing(int l, int h) const { return head(l, h).ring != 0; }  ///< its slots need not ascend
  kernels::KvForm form() const { return m_form; }                   ///< of the blocks; None: no head has any
  /// Slots that the fullest layer has room for, all heads together.
  int64_t mostSlots() const;

  /// Rows [first, first + count) of a head without blocks as float32 on the host, keys or values.
  void readRows(int layer, int head, int64_t first, int64_t count, bool values, float* out) const;
  /// The same back, of values.
  void writeValues(int layer, int head, int64_t row, const float* from);
  int64_t length(int layer, int head) const { return int64_t(m_positions[index(layer, head)].size()); }
  std::span<const int32_t> slots(int layer, int head) const { return m_positions[index(layer, head)]; }
  std::vector<int32_t> positions(int layer, int head) const;  ///< ascending
  int64_t headBytes(int layer, int head) const;
  cuda::Type elem() const { return m_elem; }

  int64_t usedBytes() const;
  int64_t reservedBytes() const;  ///< rows and blocks that wait for new tokens
  int64_t heldBytes() const { return storageBytes() - reservedBytes(); }
  int64_t indexBytes() const;
  int64_t peakBytes() const { return m_peak; }

  /// A copy that owns its storage, with the same room reserved.
  CudaCache clone() const;

 private:
  using Heads = std::vector<cuda::HeadState>;
  using Rows = std::vector<std::span<const int32_t>>;
  size_t index(int layer, int head) const { return size_t(layer) * size_t(m_kvHeads) + size_t(head); }
  int64_t rowBytes() const { return int64_t{m_headDim} * (m_elem == cuda::Type::F32 ? 4 : 2); }
  int64_t blockBytes() const;  ///< of keys or values; 0 without blocks
  int64_t storageBytes() const;
  static int64_t rowsOf(const cuda::HeadState& s) { return s.length - s.blockRows; }
  static int64_t blocksOf(const cuda::HeadState& s);
  Heads layerHeads(int layer) const;
  at::Tensor bytesOnDevice(int64_t bytes) const;
  at::Tensor upload(const void* from, int64_t bytes) const;
  at::Tensor place(Heads&) const;
  void gather(int layer, Heads&, const Rows&);
  void quantise(const Heads& from, const Heads& to, const Rows&) const;
  void regrow(int layer, const Heads& capacities);
  void pushBlocks();
  void useForm(kernels::KvForm);
  void uploadPositions(int layer);
  void notePeak();

  int m_layers, m_kvHeads, m_headDim;
  cuda::Type m_elem;
  bool m_withPositions;
  at::Device m_device;
  kernels::KvForm m_form = kernels::KvForm::None;
  int64_t m_peak = 0;
  bool m_stale = true;                            // the device's states are older than the host's
  std::vector<at::Tensor> m_storage;              // a layer: K, V, blocks and positions of each head
  Heads m_states;                                 // layer * kvHeads + head
  std::vector<int64_t> m_residual;                // rows of a head that stay rows; below 0: nothing is quantised
  std::vector<std::vector<int32_t>> m_positions;  // of each slot in use
  at::Tensor m_deviceStates;
};

}  // namespace presslab::cuda_path
