// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/format/mapped_file.h"

namespace presslab {

/// One tensor of a safetensors file, its data mapped.
struct SafetensorsEntry {
  std::string dtype;                // "F32", "BF16", ... as the file names it
  std::vector<int64_t> shape;       // outermost first; empty: a single number
  const std::byte* data = nullptr;  // little endian, row-major; may be unaligned
  uint64_t bytes = 0, offset = 0;   // offset in the file
  int64_t elements() const;
};

/// A safetensors file, mapped. The whole header is checked before anything is handed out: its length (at most 100 MB) against the file, JSON
/// without repeated names or deep nesting, known dtypes, shapes against byte counts without overflow, and data that covers the rest of the file
/// without holes or overlaps. Nothing is allocated from an unchecked count. Source: the format's description by Hugging Face.
class SafetensorsFile {
 public:
  /// Throws Failure: Io when it cannot be opened, BadInput "PATH: 0xOFFSET or NAME: reason (limit)".
  explicit SafetensorsFile(const std::string& path);
  const std::string& path() const { return m_file.path(); }
  uint64_t size() const { return m_file.size(); }
  const MappedFile& file() const { return m_file; }
  const std::map<std::string, std::string>& metadata() const { return m_metadata; }
  const std::map<std::string, SafetensorsEntry, std::less<>>& tensors() const { return m_tensors; }
  bool has(std::string_view name) const { return m_tensors.find(name) != m_tensors.end(); }
  /// Throws Failure(BadInput) when there is none of this name.
  const SafetensorsEntry& tensor(const std::string& name) const;
  /// The values of an F32, F16 or BF16 tensor as float32. Throws Failure(BadInput) naming file, tensor and dtype.
  std::vector<float> floats(const std::string& name) const;
  [[noreturn]] void fail(const std::string& name, const std::string& reason) const;

 private:
  MappedFile m_file;
  std::map<std::string, std::string> m_metadata;
  std::map<std::string, SafetensorsEntry, std::less<>> m_tensors;
};

}  // namespace presslab
