// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Device memory of the emulator for tests of kernels: it is the process's own.
#include <cstddef>
#include <initializer_list>
#include <limits>

#include "kernels/cuda/device_types.h"
#include "tests/kernels/cuda/cuda_test.h"
#include "tests/kernels/kernel_test.h"

namespace presslab::cuda {

inline const char* nameOf(Type t) { return t == Type::F32 ? "F32" : t == Type::F16 ? "F16" : "BF16"; }
inline kernels::Elem elemOf(Type t) { return kernels::Elem(int(t)); }

using test::inEveryOrder;

/// Values of an element type, aligned as device memory is.
class Stored {
 public:
  Stored(Type type, const std::vector<float>& values) : m_type(type), m_count(values.size()), m_words((values.size() * 4 + 31) / 16) {
    kernels::convertFromF32(elemOf(type), values.data(), data(), int64_t(values.size()));
  }
  void* data() { return m_words.data(); }
  std::vector<float> values() const {
    std::vector<float> out(m_count);
    kernels::convertToF32(elemOf(m_type), m_words.data(), out.data(), int64_t(m_count));
    return out;
  }

 private:
  struct alignas(16) Word {
    std::byte bytes[16];
  };
  Type m_type;
  size_t m_count;
  std::vector<Word> m_words;
};

inline std::vector<float> nans(size_t n) { return std::vector<float>(n, std::numeric_limits<float>::quiet_NaN()); }

}  // namespace presslab::cuda
