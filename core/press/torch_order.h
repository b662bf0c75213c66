// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "core/press/press.h"

namespace presslab {

/// The indices of the `kept` highest of score[0, n) in no order, equal ones chosen as torch.topk chooses them on a CPU: by where libstdc++'s partial
/// sort and introselect leave them. torch calls that choice unspecified; a press of ranks with many exact ties keeps kvpress's tokens by it alone.
/// 0 < kept <= n.
std::vector<int32_t> torchTop(const float* score, int64_t n, int64_t kept);

/// The `kept` highest of each head's scores, (heads, T), chosen so.
LayerKeep keepTorchTop(const std::vector<float>& scores, int heads, int64_t kept);

}  // namespace presslab
