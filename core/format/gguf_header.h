// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/format/mapped_file.h"
#include "core/format/model_file.h"

namespace presslab {

/// Limits of the reader. Each lies above every real model; a file beyond one is refused before anything is allocated for it.
struct GgufLimits {
  static constexpr uint64_t kKeyValues = 65536, kTensors = 65536, kKeyBytes = 65535, kStringBytes = 16u << 20, kTensorNameBytes = 63,
                            kDim = uint64_t{1} << 31, kElements = uint64_t{1} << 40, kMinAlignment = 8, kMaxAlignment = 65536;
};

/// Value types of the file format, with the file's numbers.
enum class GgufType : uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };
const char* ggufTypeName(GgufType);

/// One metadata entry: where its checked value lies; nothing is copied out of the mapping.
struct GgufKeyValue {
  std::string_view key;
  GgufType type = GgufType::U8, element = GgufType::U8;  // element: of an array
  uint64_t count = 1;                                    // elements of an array
  uint64_t keyOffset = 0, valueOffset = 0;               // valueOffset: first element of an array
};

/// One tensor whose name, shape, type and place were checked.
struct GgufTensor {
  std::string_view name;
  TensorType type = TensorType::F32;
  uint64_t dims[4] = {1, 1, 1, 1};                     // dims[0] is contiguous
  uint64_t infoOffset = 0, dataOffset = 0, bytes = 0;  // dataOffset from the start of the file
};

/// The header of a GGUF v2 or v3 file, wholly checked: counts, strings, unique names, alignment, places. Throws Failure(BadInput).
class GgufHeader {
 public:
  explicit GgufHeader(const MappedFile&);

  uint32_t version() const { return m_version; }
  const GgufKeyValue* find(std::string_view key) const;
  const GgufTensor* findTensor(std::string_view name) const;
  const std::vector<GgufTensor>& tensors() const { return m_tensors; }
  const std::vector<GgufKeyValue>& keyValues() const { return m_values; }

  // Typed reads; a value of another type is refused with its key and offset.
  uint64_t unsignedInt(const GgufKeyValue&) const;  // any integer type that is not negative
  double number(const GgufKeyValue&) const;         // F32 or F64
  bool boolean(const GgufKeyValue&) const;
  std::string_view string(const GgufKeyValue&) const;
  /// Calls use(index, text, offset) for every element of an array of strings.
  template <class F>
  void forEachString(const GgufKeyValue& kv, F&& use) const {
    uint64_t at = kv.valueOffset;
    for (uint64_t i = 0; i < kv.count; ++i) {
      const std::string_view s = stringAt(at);
      use(i, s, at);
      at += 8 + s.size();
    }
  }
  const std::byte* at(uint64_t offset) const { return m_file.data() + offset; }
  const MappedFile& file() const { return m_file; }

  /// Throws Failure(BadInput): "file: 0xOFFSET: field: reason".
  [[noreturn]] void fail(uint64_t offset, const std::string& field, const std::string& reason) const;
  /// The same for a metadata key.
  [[noreturn]] void failKey(const GgufKeyValue&, const std::string& reason) const;

 private:
  template <class T>
  T read(const std::string& field);
  std::string_view readString(const std::string& field, uint64_t limit);
  void need(uint64_t bytes, const std::string& field) const;
  void readPreamble();
  void readKeyValues(uint64_t count);
  void readValue(GgufKeyValue&);
  void readArray(GgufKeyValue&);
  void readAlignment();
  void readTensors(uint64_t count);
  void readTensor(uint64_t index);
  void checkPlaces();
  std::string_view stringAt(uint64_t offset) const;

  const MappedFile& m_file;
  uint64_t m_pos = 0, m_alignment = 32, m_tensorCount = 0, m_valueCount = 0;
  uint32_t m_version = 0;
  std::vector<GgufKeyValue> m_values;
  std::vector<GgufTensor> m_tensors;
  std::unordered_map<std::string_view, size_t> m_keyIndex, m_tensorIndex;
};

}  // namespace presslab
