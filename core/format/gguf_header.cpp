// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/gguf_header.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "core/api/error.h"
#include "core/format/tensor_types.h"

namespace presslab {

namespace {

constexpr uint32_t kTypeCount = 13;

/// Bytes of one value of a fixed-size type; 0 for strings and arrays.
uint64_t fixedBytes(GgufType type) {
  switch (type) {
    case GgufType::U8:
    case GgufType::I8:
    case GgufType::Bool:
      return 1;
    case GgufType::U16:
    case GgufType::I16:
      return 2;
    case GgufType::U32:
    case GgufType::I32:
    case GgufType::F32:
      return 4;
    case GgufType::U64:
    case GgufType::I64:
    case GgufType::F64:
      return 8;
    case GgufType::String:
    case GgufType::Array:
      break;
  }
  return 0;
}

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

bool isUtf8(std::string_view text) {
  const auto* s = reinterpret_cast<const unsigned char*>(text.data());
  for (size_t i = 0; i < text.size();) {
    const size_t n = utf8CharBytes(s + i, text.size() - i);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

std::string quoted(std::string_view text) { return "'" + printable(text.data(), text.size()) + "'"; }
std::string num(uint64_t n) { return std::to_string(n); }

}  // namespace

const char* ggufTypeName(GgufType type) {
  static const char* kNames[kTypeCount] = {"UINT8", "INT8",   "UINT16", "INT16",  "UINT32", "INT32",  "FLOAT32",
                                           "BOOL",  "STRING", "ARRAY",  "UINT64", "INT64",  "FLOAT64"};
  return kNames[uint32_t(type)];
}

GgufHeader::GgufHeader(const MappedFile& file) : m_file(file) {
  readPreamble();
  readKeyValues(m_valueCount);
  readAlignment();
  readTensors(m_tensorCount);
  checkPlaces();
}

void GgufHeader::fail(uint64_t offset, const std::string& field, const std::string& reason) const {
  char place[32];
  std::snprintf(place, sizeof place, ": 0x%llX: ", static_cast<unsigned long long>(offset));
  badInput(printable(m_file.path()) + place + field + ": " + reason);
}

void GgufHeader::failKey(const GgufKeyValue& kv, const std::string& reason) const { fail(kv.valueOffset, quoted(kv.key), reason); }

void GgufHeader::need(uint64_t bytes, const std::string& field) const {
  const uint64_t left = m_file.size() - m_pos;
  if (bytes > left) {
    fail(m_pos, field,
         "the file ends here: needs " + num(bytes) + " bytes, " + num(left) + " are left of " + num(m_file.size()) + "; incomplete download?");
  }
}

template <class T>
T GgufHeader::read(const std::string& field) {
  need(sizeof(T), field);
  const T value = load<T>(at(m_pos));
  m_pos += sizeof(T);
  return value;
}

std::string_view GgufHeader::readString(const std::string& field, uint64_t limit) {
  const uint64_t start = m_pos;
  const uint64_t bytes = read<uint64_t>(field);
  const uint64_t left = m_file.size() - m_pos;
  if (bytes > limit) fail(start, field, "a length of " + num(bytes) + " bytes is over the limit of " + num(limit));
  if (bytes > left) fail(start, field, "a length of " + num(bytes) + " bytes, " + num(left) + " are left; incomplete download?");
  const std::string_view text(reinterpret_cast<const char*>(at(m_pos)), size_t(bytes));
  m_pos += bytes;
  return text;
}

void GgufHeader::readPreamble() {
  if (m_file.size() < 4 || std::memcmp(m_file.data(), "GGUF", 4) != 0) {
    fail(0, "magic", "not a GGUF file (" + num(m_file.size()) + " bytes, must start with 'GGUF')");
  }
  m_pos = 4;
  m_version = read<uint32_t>("version");
  if (m_version != 2 && m_version != 3) {
    const uint32_t swapped = __builtin_bswap32(m_version);
    if (swapped >= 1 && swapped <= 3) fail(4, "version", "big-endian file (version " + num(swapped) + "), only little-endian is read");
    fail(4, "version", "unsupported version " + num(m_version) + " (2 and 3 are read)");
  }
  m_tensorCount = read<uint64_t>("tensor count");
  m_valueCount = read<uint64_t>("key-value count");
  // A record cannot be smaller than this, so a count that cannot fit in the file is refused before anything is reserved for it.
  constexpr uint64_t kMinKeyValue = 14, kMinTensor = 33;
  const uint64_t left = m_file.size() - m_pos;
  if (m_tensorCount > GgufLimits::kTensors) fail(8, "tensor count", num(m_tensorCount) + " is over the limit of " + num(GgufLimits::kTensors));
  if (m_valueCount > GgufLimits::kKeyValues) {
    fail(16, "key-value count", num(m_valueCount) + " is over the limit of " + num(GgufLimits::kKeyValues));
  }
  if (m_tensorCount > left / kMinTensor) {
    fail(8, "tensor count", num(m_tensorCount) + " tensors do not fit in the " + num(left) + " bytes left; incomplete download?");
  }
  if (m_valueCount > left / kMinKeyValue) {
    fail(16, "key-value count", num(m_valueCount) + " entries do not fit in the " + num(left) + " bytes left; incomplete download?");
  }
}

void GgufHeader::readKeyValues(uint64_t count) {
  m_values.reserve(size_t(count));
  m_keyIndex.reserve(size_t(count));
  for (uint64_t i = 0; i < count; ++i) {
    GgufKeyValue kv;
    kv.keyOffset = m_pos;
    const std::string which = "key " + num(i);
    kv.key = readString(which, GgufLimits::kKeyBytes);
    if (kv.key.empty()) fail(kv.keyOffset, which, "the name is empty");
    if (!isUtf8(kv.key)) fail(kv.keyOffset, which, "the name " + quoted(kv.key) + " is not valid UTF-8");
    if (kv.key.find('\0') != std::string_view::npos) fail(kv.keyOffset, which, "the name " + quoted(kv.key) + " contains a NUL character");
    if (!m_keyIndex.emplace(kv.key, m_values.size()).second) fail(kv.keyOffset, quoted(kv.key), "duplicate key (key " + num(i) + ")");
    readValue(kv);
    m_values.push_back(kv);
  }
}

void GgufHeader::readValue(GgufKeyValue& kv) {
  const std::string name = quoted(kv.key);
  const uint64_t typeOffset = m_pos;
  const uint32_t type = read<uint32_t>(name);
  if (type >= kTypeCount) fail(typeOffset, name, "invalid value type " + num(type) + " (0 to 12)");
  kv.type = GgufType(type);
  kv.valueOffset = m_pos;
  if (kv.type == GgufType::Array) return readArray(kv);
  if (kv.type == GgufType::String) {
    // A chat template beyond its limit is left unused (readVocab), it makes no file unreadable.
    readString(name, kv.key == "tokenizer.chat_template" ? m_file.size() : GgufLimits::kStringBytes);
    return;
  }
  need(fixedBytes(kv.type), name);
  if (kv.type == GgufType::Bool && uint8_t(*at(m_pos)) > 1) fail(m_pos, name, "a BOOL of " + num(uint8_t(*at(m_pos))) + " (0 or 1)");
  m_pos += fixedBytes(kv.type);
}

void GgufHeader::readArray(GgufKeyValue& kv) {
  const std::string name = quoted(kv.key);
  const uint64_t typeOffset = m_pos;
  const uint32_t element = read<uint32_t>(name);
  if (element >= kTypeCount) fail(typeOffset, name, "invalid array element type " + num(element) + " (0 to 12)");
  if (GgufType(element) == GgufType::Array) fail(typeOffset, name, "an array of arrays (nesting limit 1)");
  kv.element = GgufType(element);
  const uint64_t countOffset = m_pos;
  kv.count = read<uint64_t>(name);
  kv.valueOffset = m_pos;
  const uint64_t each = kv.element == GgufType::String ? 8 : fixedBytes(kv.element);
  const uint64_t left = m_file.size() - m_pos;
  if (kv.count > left / each) {
    fail(countOffset, name, "an array of " + num(kv.count) + " elements does not fit in the " + num(left) + " bytes left; incomplete download?");
  }
  if (kv.element == GgufType::String) {
    for (uint64_t i = 0; i < kv.count; ++i) {
      // The message's text is only made on failure: this loop runs once for every token of a vocabulary.
      const uint64_t remaining = m_file.size() - m_pos;
      const uint64_t length = remaining >= 8 ? load<uint64_t>(at(m_pos)) : 0;
      if (remaining < 8 || length > GgufLimits::kStringBytes || length > remaining - 8) {
        readString(name + " element " + num(i), GgufLimits::kStringBytes);
      }
      m_pos += 8 + length;
    }
    return;
  }
  if (kv.element == GgufType::Bool) {
    for (uint64_t i = 0; i < kv.count; ++i) {
      if (uint8_t(*at(m_pos + i)) > 1) fail(m_pos + i, name + " element " + num(i), "a BOOL of " + num(uint8_t(*at(m_pos + i))) + " (0 or 1)");
    }
  }
  m_pos += kv.count * each;
}

void GgufHeader::readAlignment() {
  const GgufKeyValue* kv = find("general.alignment");
  if (!kv) return;
  if (kv->type != GgufType::U32) failKey(*kv, std::string("is ") + ggufTypeName(kv->type) + ", must be UINT32");
  m_alignment = load<uint32_t>(at(kv->valueOffset));
  const bool powerOfTwo = m_alignment != 0 && (m_alignment & (m_alignment - 1)) == 0;
  if (!powerOfTwo || m_alignment < GgufLimits::kMinAlignment || m_alignment > GgufLimits::kMaxAlignment) {
    failKey(*kv, "an alignment of " + num(m_alignment) + " (a power of two from 8 to 65536)");
  }
}

void GgufHeader::readTensors(uint64_t count) {
  m_tensors.reserve(size_t(count));
  m_tensorIndex.reserve(size_t(count));
  for (uint64_t i = 0; i < count; ++i) readTensor(i);
}

void GgufHeader::readTensor(uint64_t index) {
  GgufTensor t;
  t.infoOffset = m_pos;
  const std::string which = "tensor " + num(index);
  t.name = readString(which, GgufLimits::kTensorNameBytes);
  if (t.name.empty()) fail(t.infoOffset, which, "the name is empty");
  const std::string name = "tensor " + quoted(t.name);
  if (t.name.find('\0') != std::string_view::npos) fail(t.infoOffset, name, "the name contains a NUL character");
  if (!isUtf8(t.name)) fail(t.infoOffset, name, "the name is not valid UTF-8");
  const auto [other, isNew] = m_tensorIndex.emplace(t.name, m_tensors.size());
  if (!isNew) fail(t.infoOffset, name, "duplicate tensor name (tensors " + num(other->second) + " and " + num(index) + ")");

  const uint64_t rankOffset = m_pos;
  const uint32_t rank = read<uint32_t>(name);
  if (rank < 1 || rank > 4) fail(rankOffset, name, num(rank) + " dimensions (1 to 4)");
  uint64_t elements = 1;
  for (uint32_t d = 0; d < rank; ++d) {
    const uint64_t dimOffset = m_pos;
    const uint64_t dim = read<uint64_t>(name);
    if (dim == 0) fail(dimOffset, name, "dimension " + num(d) + " is 0 (1 to 2^31)");
    if (dim > GgufLimits::kDim) {
      fail(dimOffset, name, "dimension " + num(d) + " is " + (dim >> 63 ? std::to_string(int64_t(dim)) : num(dim)) + " (1 to 2^31)");
    }
    // Each factor is at most 2^31 and the product is tested at once, so it never wraps.
    elements *= dim;
    if (elements >= GgufLimits::kElements) fail(dimOffset, name, "more than 2^40 elements");
    t.dims[d] = dim;
  }

  const uint64_t typeOffset = m_pos;
  const uint32_t id = read<uint32_t>(name);
  const FileType type = fileType(id);
  if (!type.supported) {
    fail(typeOffset, name,
         "type " + num(id) + (type.name ? std::string(" (") + type.name + ")" : "") + " is not " + (type.name ? "supported" : "a known type") +
             " (supported: " + supportedTypes() + ")");
  }
  t.type = type.type;
  const TensorTypeTraits& tr = traits(t.type);
  if (t.dims[0] % uint64_t(tr.blockSize) != 0) {
    fail(typeOffset, name,
         std::string(tr.name) + " rows of " + num(t.dims[0]) + " elements are no multiple of the block of " + num(uint64_t(tr.blockSize)));
  }
  t.bytes = elements / uint64_t(tr.blockSize) * uint64_t(tr.blockBytes);  // < 2^40 * 4

  const uint64_t offsetOffset = m_pos;
  t.dataOffset = read<uint64_t>(name);  // made absolute by checkPlaces
  if (t.dataOffset % m_alignment != 0) {
    fail(offsetOffset, name, "offset " + num(t.dataOffset) + " is not aligned to " + num(m_alignment));
  }
  m_tensors.push_back(t);
}

void GgufHeader::checkPlaces() {
  const uint64_t dataStart = (m_pos + m_alignment - 1) / m_alignment * m_alignment;  // m_pos <= file size, cannot wrap
  uint64_t needed = 0;
  const GgufTensor* last = nullptr;
  for (GgufTensor& t : m_tensors) {
    uint64_t begin = 0, end = 0;
    if (__builtin_add_overflow(dataStart, t.dataOffset, &begin) || __builtin_add_overflow(begin, t.bytes, &end)) {
      fail(t.infoOffset, "tensor " + quoted(t.name), "offset " + num(t.dataOffset) + " plus size " + num(t.bytes) + " overflows 2^64");
    }
    t.dataOffset = begin;
    if (end > needed) {
      needed = end;
      last = &t;
    }
  }
  if (last && needed > m_file.size()) {
    fail(last->infoOffset, "tensor " + quoted(last->name),
         "past the end: needs " + num(needed) + " bytes, file has " + num(m_file.size()) + "; incomplete download?");
  }
  std::vector<const GgufTensor*> byPlace;
  byPlace.reserve(m_tensors.size());
  for (const GgufTensor& t : m_tensors) byPlace.push_back(&t);
  std::sort(byPlace.begin(), byPlace.end(), [](const GgufTensor* a, const GgufTensor* b) { return a->dataOffset < b->dataOffset; });
  for (size_t i = 1; i < byPlace.size(); ++i) {
    const GgufTensor &a = *byPlace[i - 1], &b = *byPlace[i];
    if (a.bytes > b.dataOffset - a.dataOffset) {
      fail(b.infoOffset, "tensor " + quoted(b.name),
           "overlaps tensor " + quoted(a.name) + " in the data (at " + num(b.dataOffset) + ", the other one ends at " + num(a.dataOffset + a.bytes) +
               ")");
    }
  }
}

const GgufKeyValue* GgufHeader::find(std::string_view key) const {
  const auto it = m_keyIndex.find(key);
  return it == m_keyIndex.end() ? nullptr : &m_values[it->second];
}

const GgufTensor* GgufHeader::findTensor(std::string_view name) const {
  const auto it = m_tensorIndex.find(name);
  return it == m_tensorIndex.end() ? nullptr : &m_tensors[it->second];
}

std::string_view GgufHeader::stringAt(uint64_t offset) const {
  return {reinterpret_cast<const char*>(at(offset + 8)), size_t(load<uint64_t>(at(offset)))};
}

uint64_t GgufHeader::unsignedInt(const GgufKeyValue& kv) const {
  const std::byte* p = at(kv.valueOffset);
  int64_t value = 0;
  switch (kv.type) {
    case GgufType::U8:
      return load<uint8_t>(p);
    case GgufType::U16:
      return load<uint16_t>(p);
    case GgufType::U32:
      return load<uint32_t>(p);
    case GgufType::U64:
      return load<uint64_t>(p);
    case GgufType::I8:
      value = load<int8_t>(p);
      break;
    case GgufType::I16:
      value = load<int16_t>(p);
      break;
    case GgufType::I32:
      value = load<int32_t>(p);
      break;
    case GgufType::I64:
      value = load<int64_t>(p);
      break;
    default:
      failKey(kv, std::string("is ") + ggufTypeName(kv.type) + ", must be an integer");
  }
  if (value < 0) failKey(kv, "is " + std::to_string(value) + ", must not be negative");
  return uint64_t(value);
}

double GgufHeader::number(const GgufKeyValue& kv) const {
  if (kv.type == GgufType::F32) return double(load<float>(at(kv.valueOffset)));
  if (kv.type == GgufType::F64) return load<double>(at(kv.valueOffset));
  failKey(kv, std::string("is ") + ggufTypeName(kv.type) + ", must be FLOAT32");
}

bool GgufHeader::boolean(const GgufKeyValue& kv) const {
  if (kv.type != GgufType::Bool) failKey(kv, std::string("is ") + ggufTypeName(kv.type) + ", must be BOOL");
  return uint8_t(*at(kv.valueOffset)) == 1;
}

std::string_view GgufHeader::string(const GgufKeyValue& kv) const {
  if (kv.type != GgufType::String) failKey(kv, std::string("is ") + ggufTypeName(kv.type) + ", must be STRING");
  return stringAt(kv.valueOffset);
}

}  // namespace presslab
