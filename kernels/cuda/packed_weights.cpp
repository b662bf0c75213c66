// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/packed_weights.h"

#include <cstring>
#include <utility>

namespace presslab::cuda {
namespace {

constexpr int64_t kPlaneAlignment = 256;

/// One part of a GGUF block that gets a plane of its own: `bytes` from `at` on.
struct Part {
  int at, bytes;
};

struct Layout {
  Type type;
  int blockBytes, blockValues;
  Part parts[4];
  int count;
};

/// The planes of a quantised type, as packed_weights.h lists them; count 0: no kernel for it.
Layout layoutOf(kernels::QuantType q) {
  using Q = kernels::QuantType;
  switch (q) {
    case Q::F32:
      return {Type::F32, 4, 1, {{0, 4}}, 1};
    case Q::F16:
      return {Type::F16, 2, 1, {{0, 2}}, 1};
    case Q::BF16:
      return {Type::BF16, 2, 1, {{0, 2}}, 1};
    case Q::Q4_0:
      return {Type::Q4_0, 18, 32, {{2, 16}, {0, 2}}, 2};
    case Q::Q4_1:
      return {Type::Q4_1, 20, 32, {{4, 16}, {0, 4}}, 2};
    case Q::Q8_0:
      return {Type::Q8_0, 34, 32, {{2, 32}, {0, 2}}, 2};
    case Q::Q4_K:
      return {Type::Q4_K, 144, 256, {{16, 128}, {0, 16}}, 2};
    case Q::Q6_K:
      return {Type::Q6_K, 210, 256, {{0, 128}, {128, 64}, {192, 16}, {208, 2}}, 4};
    default:
      return {Type::F16, 0, 0, {}, 0};
  }
}

}  // namespace

DeviceMatrix PackedWeights::at(const void* base) const {
  DeviceMatrix m;
  m.type = type;
  m.rows = rows;
  m.cols = cols;
  for (int i = 0; i < 4; ++i) {
    if (offset[i] >= 0) m.plane[i] = static_cast<const std::byte*>(base) + offset[i];
  }
  return m;
}

PackedWeights packForDevice(kernels::QuantType type, const void* data, int64_t rows, int64_t cols, bool exact) {
  Layout layout = layoutOf(type);
  std::vector<std::byte> unpacked;
  if (layout.count == 0) {  // no kernel reads this type: whole values, and what it takes of them from here on
    std::vector<float> values(size_t(rows * cols));
    kernels::dequantRow(type, data, values.data(), rows * cols);
    const kernels::Elem elem = exact ? kernels::Elem::F32 : kernels::Elem::F16;
    unpacked.resize(size_t(kernels::rowBytes(elem, rows * cols)));
    kernels::convertFromF32(elem, values.data(), unpacked.data(), rows * cols);
    data = unpacked.data();
    layout = layoutOf(exact ? kernels::QuantType::F32 : kernels::QuantType::F16);
  }
  PackedWeights p;
  p.type = layout.type;
  p.rows = int(rows);
  p.cols = int(cols);
  const int64_t blocks = rows * cols / layout.blockValues;
  int64_t size = 0;
  for (int i = 0; i < 4; ++i) {
    p.offset[i] = i < layout.count ? size : -1;
    if (i < layout.count) size = (size + blocks * layout.parts[i].bytes + kPlaneAlignment - 1) / kPlaneAlignment * kPlaneAlignment;
  }
  p.data.resize(size_t(size));
  const auto* in = static_cast<const std::byte*>(data);
  for (int i = 0; i < layout.count; ++i) {
    const Part part = layout.parts[i];
    std::byte* out = p.data.data() + p.offset[i];
    if (part.bytes == layout.blockBytes) {
      std::memcpy(out, in, size_t(blocks * part.bytes));
      continue;
    }
    for (int64_t b = 0; b < blocks; ++b) std::memcpy(out + b * part.bytes, in + b * layout.blockBytes + part.at, size_t(part.bytes));
  }
  return p;
}

}  // namespace presslab::cuda
