// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/routed/pattern.h"

namespace presslab {

/// How the heads that stream are ordered.
struct HeadOrder {
  enum class Kind { StreamErr, Random, Tsv } kind = Kind::StreamErr;
  std::string file;                         // tsv
  uint64_t seed = 0;
};
/// "stream_err", "random", "tsv:FILE"; the other sources of the definition are named as not there. Throws Failure(BadInput).
HeadOrder parseHeadOrder(const std::string& text, uint64_t seed);
/// Head ids, first to stream first. pattern null: layer 0 upwards.
std::vector<int> orderHeads(const HeadOrder&, const HeadShape&, const Pattern* pattern, int64_t sink, int64_t recent);

}  // namespace presslab
