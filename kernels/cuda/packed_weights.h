// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// GGUF-encoded matrices in planes that a device reads with whole aligned loads. Host code.
#include <cstddef>
#include <vector>

#include "kernels/cuda/device_types.h"
#include "kernels/kernels.h"

namespace presslab::cuda {

/// A matrix on its way to the device: planes at byte offsets of one buffer, each a multiple of 256.
struct PackedWeights {
  Type type = Type::F32;
  int rows = 0, cols = 0;
  std::vector<std::byte> data;
  int64_t offset[4] = {};
  /// The matrix when `data` stands at `base` on the device.
  DeviceMatrix at(const void* base) const;
};

/// Quantised types that have kernels keep their bits; Q5_0, Q5_1 and Q5_K become F16 (exact: F32). Planes:
/// Q4_0, Q4_1: nibbles 16 bytes a block of 32 as GGUF has them | scale f16 (Q4_0), scale and minimum 2 x f16 (Q4_1) a block.
/// Q8_0: 32 bytes a block | scale f16. Q4_K: 128 bytes a super-block of 256 | its d, dmin and 12 bytes of scales (16 bytes).
/// Q6_K: low nibbles 128 bytes | upper pairs 64 bytes | 16 scales | d f16. Rows follow each other without gaps.
PackedWeights packForDevice(kernels::QuantType, const void* data, int64_t rows, int64_t cols, bool exact);

}  // namespace presslab::cuda
