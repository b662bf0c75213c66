// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/engine/backend.h"

namespace presslab::test {

/// The CUDA engine over emulated kernels; spec.device is not looked at. Errors cross the border as in the module.
std::unique_ptr<Backend> makeEmulatedCudaBackend(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);

}  // namespace presslab::test
