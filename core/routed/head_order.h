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
  enum class Kind { StreamErr, Loo, Gates, OnTheFly, Random, Tsv } kind = Kind::StreamErr;
  std::string file;  // tsv
  uint64_t seed = 0;
  bool calibrated() const { return kind != Kind::Random && kind != Kind::Tsv; }  // read from the model's calibration
};
/// "stream_err", "loo", "gates", "on_the_fly", "random", "tsv:FILE". Throws Failure(BadInput).
HeadOrder parseHeadOrder(const std::string& text, uint64_t seed);
/// Head ids, first to stream first; equal values: lower id first. stream_err without a pattern: layer 0 upwards. Throws Failure(BadInput) when the
/// calibration lacks what loo, gates or on_the_fly read, naming the command that makes it.
std::vector<int> orderHeads(const HeadOrder&, const HeadShape&, const Pattern* pattern, int64_t sink, int64_t recent);

}  // namespace presslab
