// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace presslab::kernels {

/// Zeroed memory for packed weights, 64-byte aligned, freed with the last copy of the pointer. Small pieces share slabs on 2 MiB pages
/// where the system gives them: a matrix of half a megabyte would otherwise never get one. Throws std::bad_alloc. Any thread.
std::shared_ptr<uint8_t> allocateWeights(size_t bytes);

/// Float scratch of the calling thread, 64-byte aligned, grown when needed and kept. `slot` tells apart buffers in use at once.
float* threadScratch(int slot, size_t floats);
constexpr int kScratchSlots = 4;

}  // namespace presslab::kernels
