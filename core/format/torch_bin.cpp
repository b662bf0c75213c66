// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/torch_bin.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "core/api/error.h"
#include "core/format/zip_entries.h"

namespace presslab {

namespace {

constexpr uint64_t kMaxPickle = uint64_t{256} << 20;
// The number 0x1950a86a20f9469cfc6c as a pickle of protocol 2.
constexpr std::array<uint8_t, 15> kLegacyMagic{0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
constexpr int64_t kLegacyProtocol = 1001;

std::string hex(uint64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(n));
  return text;
}

}  // namespace

int checkpointElementBytes(const std::string& dtype) {
  static constexpr std::pair<std::string_view, int> kTypes[] = {{"F64", 8}, {"I64", 8}, {"U64", 8},  {"F32", 4},     {"I32", 4},
                                                                {"U32", 4}, {"F16", 2}, {"BF16", 2}, {"I16", 2},     {"U16", 2},
                                                                {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
  for (const auto& [name, bytes] : kTypes)
    if (name == dtype) return bytes;
  return 0;
}

TorchBin::TorchBin(const std::string& path) : m_file(path), m_zip(presslab::isZip(m_file)) {
  if (m_zip) {
    readZip();
  } else if (m_file.size() >= kLegacyMagic.size() && std::memcmp(m_file.data(), kLegacyMagic.data(), kLegacyMagic.size()) == 0) {
    readLegacy();
  } else {
    fail("0x0", "is no PyTorch checkpoint (a zip archive, or the older format's number)");
  }
  if (m_tensors.empty()) fail("0x0", "holds no tensor");
}

void TorchBin::fail(const std::string& place, const std::string& reason) const { badInput(printable(m_file.path()) + ": " + place + ": " + reason); }

void TorchBin::readZip() {
  const auto entries = zipEntries(m_file);
  std::string prefix;
  const ZipEntry* pickle = nullptr;
  for (const auto& [name, entry] : entries) {
    if (name != "data.pkl" && !name.ends_with("/data.pkl")) continue;
    if (pickle) fail("'" + printable(name, 120) + "'", "a second data.pkl");
    pickle = &entry;
    prefix = name.substr(0, name.size() - 8);
  }
  if (!pickle) fail("zip", "has no data.pkl");
  if (pickle->bytes > kMaxPickle)
    fail("'" + printable(prefix, 120) + "data.pkl'", std::to_string(pickle->bytes) + " bytes (at most " + std::to_string(kMaxPickle) + ")");
  if (const auto order = entries.find(prefix + "byteorder"); order != entries.end()) {
    const std::string text(reinterpret_cast<const char*>(m_file.data() + order->second.offset), size_t(std::min<uint64_t>(order->second.bytes, 16)));
    if (text != "little") fail("'byteorder'", "'" + printable(text, 16) + "' (little)");
  }
  const PickledState state = Unpickler(m_file.path(), m_file.data() + pickle->offset, pickle->bytes, pickle->offset).state();
  std::vector<const std::byte*> places;
  for (const PickledStorage& s : state.storages) {
    const auto it = entries.find(prefix + "data/" + s.key);
    if (it == entries.end()) fail("storage '" + printable(s.key, 60) + "'", "is missing");
    const auto each = uint64_t(checkpointElementBytes(s.dtype));
    if (s.elements > std::numeric_limits<uint64_t>::max() / each || it->second.bytes != s.elements * each) {
      fail("storage '" + printable(s.key, 60) + "'",
           std::to_string(it->second.bytes) + " bytes, the pickle asks for " + std::to_string(s.elements) + " of " + s.dtype);
    }
    places.push_back(m_file.data() + it->second.offset);
  }
  place(state, places);
}

/// Five pickles (number, protocol, system, tensors, keys of the storages), then each storage as a count of 8 bytes and its elements.
void TorchBin::readLegacy() {
  uint64_t at = kLegacyMagic.size();
  const auto next = [&] {
    Unpickler u(m_file.path(), m_file.data() + at, std::min(m_file.size() - at, kMaxPickle), at);
    at += u.used();
    return u;
  };
  if (const int64_t protocol = next().integer(); protocol != kLegacyProtocol) {
    fail(hex(kLegacyMagic.size()), "protocol " + std::to_string(protocol) + " (" + std::to_string(kLegacyProtocol) + ")");
  }
  if (!next().flag("little_endian", true)) fail(hex(at), "numbers are big endian (little)");
  const PickledState state = next().state();
  const std::vector<std::string> keys = next().texts();
  std::vector<const std::byte*> places(state.storages.size(), nullptr);
  std::unordered_map<std::string_view, size_t> byKey;
  for (size_t i = 0; i < state.storages.size(); ++i) byKey.emplace(state.storages[i].key, i);
  for (const std::string& key : keys) {
    const auto known = byKey.find(key);
    // Where one begins is only known from the length of those before it.
    if (known == byKey.end()) fail("storage '" + printable(key, 60) + "'", "no tensor uses it, so its type is not known");
    const size_t i = known->second;
    const PickledStorage* it = &state.storages[i];
    if (places[i]) fail("storage '" + printable(key, 60) + "'", "is listed twice");
    if (m_file.size() - at < 8) fail(hex(at), "storage '" + printable(key, 60) + "' is cut off");
    uint64_t count = 0;
    std::memcpy(&count, m_file.data() + at, 8);
    if (count != it->elements)
      fail(hex(at),
           "storage '" + printable(key, 60) + "' has " + std::to_string(count) + " elements, the pickle says " + std::to_string(it->elements));
    at += 8;
    const auto each = uint64_t(checkpointElementBytes(it->dtype));
    if (count > (m_file.size() - at) / each)
      fail(hex(at), "storage '" + printable(key, 60) + "' reaches beyond the file's end (" + std::to_string(m_file.size()) + " bytes)");
    places[i] = m_file.data() + at;
    at += count * each;
  }
  for (size_t i = 0; i < places.size(); ++i) {
    if (!places[i]) fail("storage '" + printable(state.storages[i].key, 60) + "'", "is missing");
  }
  place(state, places);
}

void TorchBin::place(const PickledState& state, const std::vector<const std::byte*>& storages) {
  for (const PickledTensor& t : state.tensors) {
    const PickledStorage& s = state.storages[t.storage];
    // The last element; a size of 0 makes the tensor empty.
    uint64_t last = uint64_t(t.offset), count = 1;
    bool inside = true;
    for (size_t d = 0; d < t.shape.size(); ++d) {
      const auto size = uint64_t(t.shape[d]), stride = uint64_t(t.strides[d]);
      if (size > 1 && stride > s.elements / (size - 1))
        inside = false;
      else if (size > 1)
        last += (size - 1) * stride;
      inside = inside && last <= s.elements && (size == 0 || count <= (uint64_t{1} << 48) / size);
      if (!inside) break;
      count *= size;
    }
    if (count > 0) inside = inside && last < s.elements;
    if (!inside)
      fail("tensor '" + printable(t.name, 120) + "'", "shape and strides reach beyond its storage of " + std::to_string(s.elements) + " elements");
    CheckpointTensor out;
    out.dtype = s.dtype;
    out.shape = t.shape;
    out.strides = t.strides;
    out.data = storages[t.storage] + (count ? uint64_t(t.offset) * uint64_t(checkpointElementBytes(s.dtype)) : 0);
    out.file = &m_file;
    if (!m_tensors.emplace(t.name, std::move(out)).second) fail("tensor '" + printable(t.name, 120) + "'", "is there twice");
  }
}

}  // namespace presslab
