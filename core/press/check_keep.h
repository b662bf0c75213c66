// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every cache refuses of a plan before it moves a row.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/api/error.h"
#include "core/press/press.h"

namespace presslab {

/// Where in a cache, for messages.
inline std::string cachePlace(int layer, int head) { return "KV cache: layer " + std::to_string(layer) + ", head " + std::to_string(head) + ": "; }

/// Throws Failure(Failed) when the kept positions of a head do not ascend, do not exist among `length` tokens, or are more than its ring holds.
inline void checkKeep(const HeadKeep& keep, int64_t length, int layer, int head) {
  int64_t before = -1;
  for (const int32_t p : keep.positions) {
    if (p <= before || p >= length)
      throw Failure(ErrorCode::Failed, cachePlace(layer, head) + "kept position " + std::to_string(p) + " after " + std::to_string(before) + " of " +
                                           std::to_string(length) + " tokens");
    before = p;
  }
  const int64_t limit = keep.sink + std::max<int64_t>(keep.recent, 1);
  if (keep.ring && int64_t(keep.positions.size()) > limit)
    throw Failure(ErrorCode::Failed,
                  cachePlace(layer, head) + std::to_string(keep.positions.size()) + " kept tokens do not fit a ring of " + std::to_string(limit));
}

/// True when the plan changes what kept rows hold: merged values, turned keys, zeroed channels.
inline bool rewritesRows(const LayerKeep& kept) {
  return kept.rerotated ||
         std::any_of(kept.heads.begin(), kept.heads.end(), [](const HeadKeep& h) { return !h.merges.empty() || !h.zeroed.empty(); });
}

}  // namespace presslab
