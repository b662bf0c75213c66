// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace presslab {

/// CUDA devices that the LibTorch module sees; 0 when module, driver or device is absent. Opens the module once for the process.
int torchCudaDevices();

}  // namespace presslab
