// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <stop_token>
#include <vector>

#include "core/engine/backend.h"

namespace presslab {

/// What a press that reads the context again keeps of it, and what its readings held beside the whole cache at their highest.
struct WholePlan {
  std::vector<LayerKeep> layers;
  ReadCost cost;
};

/// Lets a press that reads the context again (Press::rereads) decide. `whole` stands behind the prefill of `context` with everything kept, and does
/// so afterwards. Throws Failure(Cancelled), and Failure(BadInput) when a repetition does not fit the model's positions.
WholePlan planFromWhole(Backend&, Sequence& whole, std::span<const int32_t> context, Press&, const std::stop_token&);

/// As Sequence::readBehind, by any backend: the context is prefilled once more with the ids behind it, in a sequence of its own that holds one
/// layer at a time. It costs the context's prefill on top.
ReadCost readAnew(Backend&, std::span<const int32_t> context, std::span<const int32_t> ids, TraceNeeds, const ReadTap&, const std::stop_token&);

}  // namespace presslab
