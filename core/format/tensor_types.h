// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/format/model_file.h"

namespace presslab {

/// What a GGUF file's tensor type number means: its name when known (also for types that are not read), and our type.
struct FileType {
  const char* name = nullptr;
  bool supported = false;
  TensorType type = TensorType::F32;
};
FileType fileType(uint32_t id);
/// "F32, F16, ...": all types that are read.
const std::string& supportedTypes();
/// Name of a `general.file_type` number ("Q4_K_M"), nullptr when unknown.
const char* fileTypeName(uint64_t id);

}  // namespace presslab
