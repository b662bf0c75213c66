// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What host code and device code of the CUDA kernels share: plain structs, no CUDA types. Pointers in them are device pointers.
#include <cstdint>

#ifdef __CUDACC__
#define PRESSLAB_BOTH __host__ __device__
#else
#define PRESSLAB_BOTH
#endif

namespace presslab::cuda {

using Stream = void*;  // cudaStream_t; null: the default stream

/// Element types on the device. The quantised ones stand in planes (packed_weights.h), not in GGUF's blocks.
enum class Type : int { F32, F16, BF16, Q4_0, Q4_1, Q8_0, Q4_K, Q6_K };

/// A rows x cols weight matrix, y = W x. Float types: plane[0] is (rows, cols). The planes of the others: packed_weights.h.
struct DeviceMatrix {
  Type type = Type::F32;
  int rows = 0, cols = 0;
  const void* plane[4] = {};
};

enum class Act : int { Silu, GeluTanh, Gelu };

/// A norm over a row; weight null: the row itself. bias and centred belong to a LayerNorm.
struct DeviceNorm {
  const float* weight = nullptr;
  const float* bias = nullptr;
  float eps = 0;
  bool centred = false;  // mean and variance of the row taken out first
};

/// The token that is decoded. One per sequence, in device memory; the host writes id and positions before each token.
struct Token {
  int32_t id = 0;
  int32_t position = 0;      // of the token in its text: written to `positions` of the heads
  int32_t turn = 0;          // position that its key and query are rotated by
  int32_t bad = 0x7fffffff;  // first layer whose input is not finite; layers: the output's; beyond: all is well
};

/// One layer-head of a ragged cache: a sequence with a length of its own. In device memory, (layers, kvHeads); advanced by the device. Its first
/// blockRows slots stand in quantised blocks, slot i behind them in row i - blockRows.
struct HeadState {
  void* k = nullptr;  // (capacity, headDim) of the cache's Type
  void* v = nullptr;
  void* kBlocks = nullptr;  // (blockCapacity), kernels::kvBlockBytes apart
  void* vBlocks = nullptr;
  int32_t* positions = nullptr;  // of each slot; null where no layer of the model needs them
  int32_t length = 0;            // slots in use
  int32_t capacity = 0;          // rows
  int32_t blockRows = 0;         // slots in blocks, a multiple of 32
  int32_t blockCapacity = 0;     // blocks
  int32_t ring = 0;              // 1: holds its first `sink` and latest tokens, ringRows rows in all
  int32_t sink = 0, ringRows = 0;
  int32_t next = 0;  // slot that a full ring overwrites
  int32_t slot = 0;  // of the token being decoded
};

/// The slot of a new token: behind the last row, or in a full ring the oldest recent one. Same rule as RaggedCache::append.
PRESSLAB_BOTH inline void advance(HeadState& h) {
  if (h.ring && h.length >= h.ringRows) {
    h.slot = h.next;
    h.next = h.slot + 1 == h.length ? h.sink : h.slot + 1;
  } else {
    h.slot = h.length++;
  }
}

constexpr int kChunkStep = 32;     // chunks are multiples of it, as blocks are: a work item never cuts a block
constexpr int kMostKvHeads = 128;  // of one layer

/// How a layer's heads are cut among thread blocks.
struct LayerPlan {
  int32_t chunk = 0;                   // slots of one work item
  int32_t arrived[kMostKvHeads] = {};  // items of each head that are done; zero when a token begins
};

PRESSLAB_BOTH inline int itemsOf(int length, int chunk) { return (length + chunk - 1) / chunk; }

/// The smallest chunk, a multiple of kChunkStep, with which the heads of a layer make at most `items` work items; items >= heads.
PRESSLAB_BOTH inline int chunkFor(const HeadState* heads, int count, int items) {
  int longest = 0;
  for (int h = 0; h < count; ++h) longest = heads[h].length > longest ? heads[h].length : longest;
  int low = 1, high = itemsOf(longest, kChunkStep) > 1 ? itemsOf(longest, kChunkStep) : 1;  // in steps
  while (low < high) {
    const int middle = (low + high) / 2;
    int64_t sum = 0;
    for (int h = 0; h < count; ++h) sum += itemsOf(heads[h].length, middle * kChunkStep);
    if (sum <= items) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low * kChunkStep;
}

/// A work item: slots [first, first + count) of a head; count 0: nothing to do. base: index of the head's first item.
struct WorkItem {
  int head = 0, first = 0, count = 0;
};

PRESSLAB_BOTH inline WorkItem itemAt(const HeadState* heads, int count, int chunk, int index) {
  for (int h = 0; h < count; ++h) {
    const int n = itemsOf(heads[h].length, chunk);
    if (index < n) {
      const int first = index * chunk, rest = heads[h].length - first;
      return {h, first, rest < chunk ? rest : chunk};
    }
    index -= n;
  }
  return {};
}

}  // namespace presslab::cuda
