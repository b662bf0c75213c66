// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/engine/rope_table.h"

namespace presslab {

/// CUDA devices that the LibTorch module sees; 0 when module, driver or device is absent. Opens the module once for the process.
int torchCudaDevices();

/// PyTorch's cosines and sines, which are no other library's to the last bit; null when the module is absent. Opens it (a third of a second and
/// some 110 MB, once).
AngleFunction torchCosSin();

}  // namespace presslab
