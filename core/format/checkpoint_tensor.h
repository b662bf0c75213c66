// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace presslab {

class MappedFile;

/// A tensor of a Hugging Face checkpoint where it lies in its file, whatever the file's format. Every element is inside the file.
struct CheckpointTensor {
  std::string dtype;                    // "F32", "F16", "BF16", "I64", ...
  std::vector<int64_t> shape, strides;  // strides in elements
  const std::byte* data = nullptr;      // little endian; may be unaligned
  const MappedFile* file = nullptr;
};

/// Bytes of an element, 0 for a dtype that neither format has.
int checkpointElementBytes(const std::string& dtype);

}  // namespace presslab
