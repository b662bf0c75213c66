// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tensor-core half of prefillAttention().
#include "kernels/cuda/prefill_kernels.h"

namespace presslab::cuda {

/// Whether a.elem and a.headDim have it: F16 or BF16, a multiple of 8 up to 256.
bool hasPrefillHalf(const PrefillAttentionArgs& a);
/// Queries and probabilities are rounded to a.elem, sums are float32.
void prefillHalf(const PrefillAttentionArgs& a, Stream);

}  // namespace presslab::cuda
