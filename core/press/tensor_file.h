// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/format/safetensors.h"

namespace presslab {

/// The bytes of a file, at most 256 MiB. Throws Failure(Io), Failure(BadInput).
std::string readWholeFile(const std::string& path);

/// A safetensors file whose tensors are handed out as float32 with their shape verified. Throws Failure(BadInput) naming the file and the place,
/// Failure(Io) when it cannot be read.
class TensorFile {
 public:
  explicit TensorFile(const std::string& path) : m_file(path) {}
  [[noreturn]] void fail(const std::string& reason) const;
  bool has(const std::string& name) const { return m_file.has(name); }
  const std::map<std::string, std::string>& metadata() const { return m_file.metadata(); }
  /// The tensor `name` (F32, F16 or BF16), which must have exactly this shape and only finite values.
  std::vector<float> tensor(const std::string& name, const std::vector<int64_t>& shape) const;

 private:
  SafetensorsFile m_file;
};

struct NamedTensor {
  std::string name;
  std::vector<int64_t> shape;
  const std::vector<float>* data;
};
/// Writes float32 tensors as a safetensors file: beside the target first, synced, renamed. Throws Failure(Io).
void writeTensors(const std::string& path, const std::map<std::string, std::string>& metadata, const std::vector<NamedTensor>&);

}  // namespace presslab
