// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/compare/method_run.h"

namespace presslab {

// What a method's row says apart from times: shared by the timed run and the race.

/// Asks the press to begin and fills in name, lengths, requested ratio, full and predicted bytes and the press's notes. Throws Failure(BadInput)
/// when the press refuses.
void describeMethod(MethodMetrics&, const LoadedModel&, Press&, const PromptIds&, const RunContext&);
/// Heads, experts and balance after compression, with lengths and bytes counted from the storages of `sequence`.
void fillHeads(MethodMetrics&, const Sequence& sequence, const HeadShape&, std::span<const LayerKeep> layers);
/// Number of new tokens and their text.
void fillText(MethodMetrics&, const Tokenizer&);

}  // namespace presslab
