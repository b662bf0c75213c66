// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <stop_token>
#include <vector>

#include "core/engine/session.h"

namespace presslab {

/// Output error of every KV head under each plan, (plans)(layers * kvHeads): |W_o (o - o')| over |residual stream|, root mean square over the
/// first 32 tokens behind the context. o' is the head's output when attention is renormalised over what the plan keeps and the tokens behind the
/// context; every layer sees the full model's input, so errors do not add up over layers. One prefill of context and following tokens.
std::vector<std::vector<double>> headErrors(LoadedModel&, std::span<const int32_t> context, std::span<const int32_t> following,
                                            std::span<const std::span<const LayerKeep>> plans, std::stop_token);

}  // namespace presslab
