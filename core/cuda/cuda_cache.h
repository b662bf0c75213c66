// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/press/press.h"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda_path {

/// Keys and values of one sequence on a device: every layer and KV head has its own length, all heads of a layer stand in one LibTorch storage.
/// Evicting gathers the kept rows into a smaller storage, layer by layer, and the larger one goes back to the allocator. The device advances the
/// heads' states itself while it decodes (beginToken); this object keeps the same states on the host. Used by one thread at a time.
class CudaCache {
 public:
  /// elem: F32, F16 or BF16. withPositions: the device needs to know each slot's position (a window that is a mask).
  CudaCache(int layers, int kvHeads, int headDim, cuda::Type elem, bool withPositions, at::Device);

  /// Room for `tokens` rows in every head of an empty layer, positions 0..tokens-1. Throws Failure(Failed) when the layer is not empty.
  void beginLayer(int layer, int64_t tokens);
  /// Keeps only the given rows of a layer, frees the rest and sets rings. Throws Failure(Failed) when the kept positions do not ascend, do not
  /// exist, or are more than the ring holds.
  void keep(int layer, const LayerKeep&);
  /// Room for n new tokens in every head that is no full ring.
  void reserve(int64_t newTokens);
  /// The host's side of a token that the device is about to append to every head; makes room first where a head has none.
  void advanceAll(int32_t position);

  /// (layers, kvHeads) on the device; brought up to date when the host changed something.
  cuda::HeadState* deviceHeads();
  const cuda::HeadState& head(int layer, int head) const { return m_states[index(layer, head)]; }
  /// Rows that the fullest layer has room for, all heads together.
  int64_t mostRows() const;

  /// Rows in use of a head as float32 on the host, keys or values.
  void readRows(int layer, int head, bool values, float* out) const;
  int64_t length(int layer, int head) const { return int64_t(m_positions[index(layer, head)].size()); }
  std::span<const int32_t> slots(int layer, int head) const { return m_positions[index(layer, head)]; }
  std::vector<int32_t> positions(int layer, int head) const;  ///< ascending
  int64_t headBytes(int layer, int head) const { return 2 * rowBytes() * length(layer, head); }
  cuda::Type elem() const { return m_elem; }

  int64_t usedBytes() const;
  int64_t reservedBytes() const;  ///< rows that wait for new tokens
  int64_t heldBytes() const { return storageBytes() - reservedBytes(); }
  int64_t indexBytes() const;
  int64_t peakBytes() const { return m_peak; }

  /// A copy that owns its storage, with the same room reserved.
  CudaCache clone() const;

 private:
  size_t index(int layer, int head) const { return size_t(layer) * size_t(m_kvHeads) + size_t(head); }
  int64_t rowBytes() const { return int64_t{m_headDim} * (m_elem == cuda::Type::F32 ? 4 : 2); }
  int64_t slotBytes() const { return 2 * rowBytes() + (m_withPositions ? int64_t(sizeof(int32_t)) : 0); }
  int64_t storageBytes() const;
  at::Tensor bytesOnDevice(int64_t bytes) const;
  at::Tensor place(std::vector<cuda::HeadState>& heads) const;
  void regrow(int layer, std::span<const int64_t> capacities);
  void uploadPositions(int layer);
  void notePeak();

  int m_layers, m_kvHeads, m_headDim;
  cuda::Type m_elem;
  bool m_withPositions;
  at::Device m_device;
  int64_t m_peak = 0;
  bool m_stale = true;                            // the device's states are older than the host's
  std::vector<at::Tensor> m_storage;              // a layer: K, V and positions of each head
  std::vector<cuda::HeadState> m_states;          // layer * kvHeads + head
  std::vector<std::vector<int32_t>> m_positions;  // of each row in use
  at::Tensor m_deviceStates;
};

}  // namespace presslab::cuda_path
