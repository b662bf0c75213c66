// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/cache/ragged_cache.h"

namespace presslab {

/// Does to the rows of a layer that stands whole (slot i holds position i) what a plan asks for beside dropping rows: values of dropped rows go
/// into kept ones, channels of kept keys become 0, kept keys are turned to positions without gaps. `rotation` holds the layer's rotary tables.
void rewriteRows(RaggedCache&, const LayerTrace& rotation, int layer, const LayerKeep&);

}  // namespace presslab
