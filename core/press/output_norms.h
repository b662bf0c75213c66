// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/press/trace.h"

namespace presslab {

/// mean over the group of |W_o v_i|_1: how much a cached value can write into the residual stream; (kvHeads, T) of the trace's heads. Needs values
/// and output; `model` is the shape of the whole layer, `shape` of the trace.
std::vector<float> outputNorms(const LayerTrace&, const HeadShape& shape, const HeadShape& model);

}  // namespace presslab
