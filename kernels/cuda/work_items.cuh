// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The work items of device_types.h found by the 32 lanes of a warp, a head a lane: lengths are then fetched together and not one after the other.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

/// A work item as itemAt() has it, with the index of its head's first one and how many the head has.
struct PlacedItem {
  WorkItem work;
  int firstItem = 0, items = 0;
};

__device__ inline PlacedItem placedItemAt(const HeadState* heads, int kvHeads, int chunk, int index, int lane) {
  int before = 0;
  for (int h0 = 0; h0 < kvHeads; h0 += kWarp) {
    const int length = h0 + lane < kvHeads ? heads[h0 + lane].length : 0, items = itemsOf(length, chunk);
    int upTo = before + items;  // items of all heads up to this one
    for (int o = 1; o < kWarp; o *= 2) {
      const int other = __shfl_up_sync(kFullWarp, upTo, o);
      if (lane >= o) upTo += other - before;
    }
    const unsigned behind = __ballot_sync(kFullWarp, index < upTo);
    if (behind != 0) {
      const int owner = __ffs(int(behind)) - 1;
      PlacedItem p;
      p.items = __shfl_sync(kFullWarp, items, owner);
      p.firstItem = __shfl_sync(kFullWarp, upTo, owner) - p.items;
      const int first = (index - p.firstItem) * chunk, rest = __shfl_sync(kFullWarp, length, owner) - first;
      p.work = {h0 + owner, first, rest < chunk ? rest : chunk};
      return p;
    }
    before = __shfl_sync(kFullWarp, upTo, kWarp - 1);
  }
  return {};
}

/// Index of a head's first work item.
__device__ inline int firstItemOf(const HeadState* heads, int head, int chunk, int lane) {
  int before = 0;
  for (int h = lane; h < head; h += kWarp) before += itemsOf(heads[h].length, chunk);
  return __reduce_add_sync(kFullWarp, before);
}

}  // namespace presslab::cuda
