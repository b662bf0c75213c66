// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Bytes of safetensors and of PyTorch files, sound and broken ones.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace presslab::test {

inline std::string littleEndian(uint64_t n, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += char(n >> (8 * i) & 0xff);
  return out;
}

/// A safetensors file with this header and so many bytes of data.
inline std::string safetensors(const std::string& header, size_t data) { return littleEndian(header.size(), 8) + header + std::string(data, '\1'); }

/// Opcodes of pickles, protocol 2.
struct Pickle {
  std::string bytes = std::string("\x80\x02", 2);

  Pickle& op(char c) {
    bytes += c;
    return *this;
  }
  Pickle& text(const std::string& s) {
    bytes += 'X' + littleEndian(s.size(), 4) + s;
    return *this;
  }
  Pickle& number(uint64_t n) {
    bytes += std::string("\x8a\x08", 2) + littleEndian(n, 8);
    return *this;
  }
  Pickle& global(const std::string& module, const std::string& name) {
    bytes += 'c' + module + '\n' + name + '\n';
    return *this;
  }
  Pickle& tuple(const std::vector<uint64_t>& numbers) {
    op('(');
    for (const uint64_t n : numbers) number(n);
    return op('t');
  }
  /// _rebuild_tensor_v2 of a storage.
  Pickle& tensor(const std::string& storageClass, const std::string& key, uint64_t elements, uint64_t offset, const std::vector<uint64_t>& shape,
                 const std::vector<uint64_t>& strides) {
    global("torch._utils", "_rebuild_tensor_v2").op('(').op('(').text("storage").global("torch", storageClass).text(key).text("cpu").number(elements);
    op('N').op('t').op('Q').number(offset).tuple(shape).tuple(strides);
    bytes += '\x89';
    return global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
  }
};

struct LegacyStorage {
  std::string key, data;
  uint64_t elements;
};

/// A PyTorch file of the older format: `state` is the whole pickle of the tensors.
inline std::string legacyBin(const std::string& state, const std::vector<LegacyStorage>& storages) {
  std::string out("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  out += Pickle().number(1001).op('.').bytes;
  out += Pickle().op('}').text("little_endian").op('\x88').op('s').op('.').bytes;
  out += state;
  Pickle keys;
  keys.op(']').op('(');
  for (const LegacyStorage& s : storages) keys.text(s.key);
  out += keys.op('e').op('.').bytes;
  for (const LegacyStorage& s : storages) out += littleEndian(s.elements, 8) + s.data;
  return out;
}

/// One float32 tensor "w" in a storage of `elements`.
inline std::string legacyTensor(uint64_t elements, uint64_t offset, const std::vector<uint64_t>& shape, const std::vector<uint64_t>& strides,
                                const std::string& storageClass = "FloatStorage", size_t each = 4) {
  Pickle p;
  p.op('}').text("w").tensor(storageClass, "0", elements, offset, shape, strides).op('s').op('.');
  return legacyBin(p.bytes, {{"0", std::string(size_t(elements) * each, '\1'), elements}});
}

}  // namespace presslab::test
