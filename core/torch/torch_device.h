// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <c10/core/Device.h>

#include <string>

#include "core/engine/backend.h"

namespace presslab::torch_path {

/// CUDA devices that LibTorch sees; opens its CUDA library when it is there. 0 without driver, device or library.
int cudaDeviceCount();
/// "cpu", "cuda" or "cuda:N" as a device that is there. Throws Failure(Device) with the reason.
at::Device parseDevice(const std::string& text);
/// Of LibTorch's allocator; zeros on the host.
DeviceMemory memoryOf(at::Device);
void resetPeakOf(at::Device);
/// GB/s of a reduction over a block that is larger than any cache; waits for the device.
double measureReads(at::Device);

}  // namespace presslab::torch_path
