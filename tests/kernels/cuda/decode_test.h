// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests of the decode kernels: GGUF-encoded matrices and references in double.
#include <QTest>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/packed_weights.h"
#include "tests/kernels/cuda/cuda_test.h"
#include "tests/kernels/kernel_test.h"

namespace presslab::cuda {

using test::inEveryOrder;

/// Bytes that begin where a device's allocations would.
class DeviceBytes {
 public:
  explicit DeviceBytes(size_t n) : m_bytes(n + 256), m_at((256 - reinterpret_cast<uintptr_t>(m_bytes.data()) % 256) % 256) {}
  DeviceBytes(std::span<const std::byte> from) : DeviceBytes(from.size()) { std::memcpy(data(), from.data(), from.size()); }
  DeviceBytes(const DeviceBytes&) = delete;
  DeviceBytes& operator=(const DeviceBytes&) = delete;
  std::byte* data() { return m_bytes.data() + m_at; }

 private:
  std::vector<std::byte> m_bytes;
  size_t m_at;
};

using Quant = kernels::QuantType;

/// Where a block of an encoding keeps its scales.
struct BlockForm {
  Quant type;
  const char* name;
  int values, bytes;
  int scales[2];  // offsets of f16 scales, -1: none
};
inline const std::vector<BlockForm>& blockForms() {
  static const std::vector<BlockForm> forms = {
      {Quant::F32, "F32", 1, 4, {-1, -1}},     {Quant::F16, "F16", 1, 2, {-1, -1}},       {Quant::BF16, "BF16", 1, 2, {-1, -1}},
      {Quant::Q4_0, "Q4_0", 32, 18, {0, -1}},  {Quant::Q4_1, "Q4_1", 32, 20, {0, 2}},     {Quant::Q5_0, "Q5_0", 32, 22, {0, -1}},
      {Quant::Q5_1, "Q5_1", 32, 24, {0, 2}},   {Quant::Q8_0, "Q8_0", 32, 34, {0, -1}},    {Quant::Q4_K, "Q4_K", 256, 144, {0, 2}},
      {Quant::Q5_K, "Q5_K", 256, 176, {0, 2}}, {Quant::Q6_K, "Q6_K", 256, 210, {208, -1}}};
  return forms;
}
inline const BlockForm& formOf(Quant q) {
  for (const BlockForm& f : blockForms())
    if (f.type == q) return f;
  qFatal("no such form");
}

/// n random values of a type as a GGUF file has them: any bits, scales of about 1/16 with either sign.
inline std::vector<std::byte> encodedValues(Quant q, int64_t n, uint32_t seed) {
  const BlockForm& form = formOf(q);
  std::vector<std::byte> out(size_t(n / form.values * form.bytes));
  if (form.values == 1) {
    const std::vector<float> values = kernels::randomFloats(size_t(n), seed);
    const kernels::Elem elem = q == Quant::F32 ? kernels::Elem::F32 : q == Quant::F16 ? kernels::Elem::F16 : kernels::Elem::BF16;
    kernels::convertFromF32(elem, values.data(), out.data(), n);
    return out;
  }
  std::mt19937 engine(seed);
  for (std::byte& b : out) b = std::byte(engine() & 255);
  const std::vector<float> scales = kernels::randomFloats(size_t(2 * n / form.values), seed + 1, 1.f / 16);
  for (int64_t b = 0; b < n / form.values; ++b)
    for (int i = 0; i < 2; ++i)
      if (form.scales[i] >= 0)
        kernels::convertFromF32(kernels::Elem::F16, &scales[size_t(2 * b + i)], out.data() + b * form.bytes + form.scales[i], 1);
  return out;
}

/// A matrix on the emulated device and its values as the CPU reads them.
struct TestMatrix {
  TestMatrix(Quant q, int rows, int cols, bool exact, uint32_t seed)
      : values(size_t(rows) * size_t(cols)),
        m_encoded(encodedValues(q, int64_t{rows} * cols, seed)),
        packed(packForDevice(q, m_encoded.data(), rows, cols, exact)),
        m_device(packed.data) {
    kernels::dequantRow(q, m_encoded.data(), values.data(), int64_t{rows} * cols);
    if (!exact && packed.type == Type::F16 && q != Quant::F16) {  // has no kernel of its own: kept in half precision
      std::vector<std::byte> half(values.size() * 2);
      kernels::convertFromF32(kernels::Elem::F16, values.data(), half.data(), int64_t(values.size()));
      kernels::convertToF32(kernels::Elem::F16, half.data(), values.data(), int64_t(values.size()));
    }
    matrix = packed.at(m_device.data());
  }
  /// Row r times x in double.
  double times(int r, std::span<const double> x) const {
    double sum = 0;
    for (size_t c = 0; c < x.size(); ++c) sum += double(values[size_t(r) * x.size() + c]) * x[c];
    return sum;
  }
  /// Sum of |w| d / 2 over a row, d the step of x's group of 32: the most that rounding x to steps can change a product.
  double roundingBound(int r, std::span<const double> x) const {
    double sum = 0;
    for (size_t g = 0; g < x.size(); g += 32) {
      double most = 0, weight = 0;
      for (size_t c = g; c < std::min(g + 32, x.size()); ++c) {
        most = std::max(most, std::fabs(x[c]));
        weight += std::fabs(double(values[size_t(r) * x.size() + c]));
      }
      sum += weight * most / 254;
    }
    return sum;
  }
  std::vector<float> values;

 private:
  std::vector<std::byte> m_encoded;

 public:
  PackedWeights packed;
  DeviceMatrix matrix;

 private:
  DeviceBytes m_device;
};

inline std::vector<double> doubles(std::span<const float> x) { return {x.begin(), x.end()}; }

/// DeviceNorm in double.
inline std::vector<double> normalised(std::vector<double> x, const DeviceNorm& n) {
  if (!n.weight) return x;
  double mean = 0, squares = 0;
  if (n.centred) {
    for (const double v : x) mean += v;
    mean /= double(x.size());
  }
  for (const double v : x) squares += (v - mean) * (v - mean);
  const double scale = 1 / std::sqrt(squares / double(x.size()) + double(n.eps));
  for (size_t i = 0; i < x.size(); ++i) x[i] = (x[i] - mean) * scale * double(n.weight[i]) + (n.bias ? double(n.bias[i]) : 0);
  return x;
}

}  // namespace presslab::cuda
