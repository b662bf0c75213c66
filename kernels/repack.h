// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>

#include "kernels/kernels.h"
#include "kernels/ops.h"

namespace presslab::kernels {

struct TypeBlock {
  int elements, bytes;
};
TypeBlock typeBlock(QuantType);
/// The form in which a type is packed.
Form packedForm(QuantType, bool exact);

/// Owner of a packed matrix.
struct PackedMatrix {
  Packed view{};
  std::shared_ptr<uint8_t> data;
  std::unique_ptr<float[]> rowScale;
  int64_t bytes = 0;
};
/// rows x cols of GGUF data into panels; rows beyond the last are zeros. The work is shared by the pool.
PackedMatrix packMatrix(QuantType, const void* data, int64_t rows, int64_t cols, bool exact, Pool&);
/// Row r of a packed matrix as float32.
void unpackRow(const Packed&, int64_t r, float* out);

}  // namespace presslab::kernels
