// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights in planes (packed_weights.h): single values as the CPU dequantises them, and products of a group of 32 columns with a vector.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

constexpr int kGroup = 32;                   // columns that share a scale of the quantised vector
constexpr int kGroupWords = kGroup / 4 + 1;  // of its bytes in shared memory: one word apart, so that lanes meet different banks

__device__ inline float halfAt(const void* plane, int64_t i) { return __half2float(static_cast<const __half*>(plane)[i]); }

/// Scale and minimum of sub-block j (0..7) of a Q4_K super-block, from its 16 bytes: d, dmin, then 12 bytes of six-bit pairs.
struct ScaleAndMinimum {
  float scale, minimum;
};
__device__ inline ScaleAndMinimum subBlock(const unsigned char* header, int j) {
  const unsigned char* packed = header + 4;
  int s, m;
  if (j < 4) {
    s = packed[j] & 63;
    m = packed[j + 4] & 63;
  } else {
    s = (packed[j + 4] & 15) | (packed[j - 4] >> 6 << 4);
    m = (packed[j + 4] >> 4) | (packed[j] >> 6 << 4);
  }
  return {halfAt(header, 0) * float(s), halfAt(header, 1) * float(m)};
}

/// Six-bit value i (0..255) of a Q6_K super-block, less 32.
__device__ inline int sixBits(const unsigned char* low, const unsigned char* up, int i) {
  const int part = i / 128, j = i % 128 / 32, k = i % 32;
  const int byte = low[part * 64 + (j & 1) * 32 + k];
  return ((j < 2 ? byte & 15 : byte >> 4) | (up[part * 32 + k] >> (2 * j) & 3) << 4) - 32;
}

/// One element in float32, the products in the order of kernels/dequant.cpp. Not for loops that are hot.
__device__ inline float elementAt(const DeviceMatrix& w, int row, int col) {
  const int64_t i = int64_t(row) * w.cols + col, block = i / kGroup, super = i / 256;
  const int in = int(i % kGroup), at = int(i % 256);
  switch (w.type) {
    case Type::F32:
      return static_cast<const float*>(w.plane[0])[i];
    case Type::F16:
      return halfAt(w.plane[0], i);
    case Type::BF16:
      return __bfloat162float(static_cast<const __nv_bfloat16*>(w.plane[0])[i]);
    case Type::Q4_0:
    case Type::Q4_1: {
      const int byte = static_cast<const unsigned char*>(w.plane[0])[block * 16 + in % 16], q = in < 16 ? byte & 15 : byte >> 4;
      if (w.type == Type::Q4_0) return __fmul_rn(float(q - 8), halfAt(w.plane[1], block));
      return __fadd_rn(__fmul_rn(float(q), halfAt(w.plane[1], 2 * block)), halfAt(w.plane[1], 2 * block + 1));
    }
    case Type::Q8_0:
      return __fmul_rn(float(static_cast<const signed char*>(w.plane[0])[block * 32 + in]), halfAt(w.plane[1], block));
    case Type::Q4_K: {
      const int j = at / 32, byte = static_cast<const unsigned char*>(w.plane[0])[super * 128 + j / 2 * 32 + at % 32];
      const ScaleAndMinimum s = subBlock(static_cast<const unsigned char*>(w.plane[1]) + super * 16, j);
      return __fsub_rn(__fmul_rn(s.scale, float(j & 1 ? byte >> 4 : byte & 15)), s.minimum);
    }
    case Type::Q6_K: {
      const int q = sixBits(static_cast<const unsigned char*>(w.plane[0]) + super * 128, static_cast<const unsigned char*>(w.plane[1]) + super * 64, at);
      const float scale = __fmul_rn(halfAt(w.plane[3], super), float(static_cast<const signed char*>(w.plane[2])[super * 16 + at / 16]));
      return __fmul_rn(scale, float(q));
    }
  }
  return 0;
}

/// A vector quantised in groups of 32, in shared memory: value = scale * byte; sum = scale * (sum of the group's bytes).
struct QuantisedVector {
  const int* words;                          // (groups, kGroupWords), the last word of a group unused
  const float* scale;
  const float* sum;
};

/// Four nibbles of a word, low ones or high ones, as bytes.
__device__ inline int nibbles(int word, bool high) { return (high ? word >> 4 : word) & 0x0f0f0f0f; }

/// Sum over the 16 bytes of four words of nibbles, low ones against x[0..3], high ones against x[4..7].
__device__ inline int dotNibbles(int4 q, const int* x) {
  int sum = __dp4a(nibbles(q.x, false), x[0], 0);
  sum = __dp4a(nibbles(q.y, false), x[1], sum);
  sum = __dp4a(nibbles(q.z, false), x[2], sum);
  sum = __dp4a(nibbles(q.w, false), x[3], sum);
  sum = __dp4a(nibbles(q.x, true), x[4], sum);
  sum = __dp4a(nibbles(q.y, true), x[5], sum);
  sum = __dp4a(nibbles(q.z, true), x[6], sum);
  return __dp4a(nibbles(q.w, true), x[7], sum);
}

/// Group g of a row's columns times group g of the vector, for quantised types.
__device__ inline float dotGroup(const DeviceMatrix& w, int row, int g, const QuantisedVector& v) {
  const int64_t block = int64_t(row) * (w.cols / kGroup) + g;
  const int* x = v.words + g * kGroupWords;
  const float d = v.scale[g];
  switch (w.type) {
    case Type::Q4_0: {
      const int4 q = static_cast<const int4*>(w.plane[0])[block];
      return halfAt(w.plane[1], block) * (d * float(dotNibbles(q, x)) - 8.f * v.sum[g]);
    }
    case Type::Q4_1: {
      const int4 q = static_cast<const int4*>(w.plane[0])[block];
      const float2 dm = __half22float2(static_cast<const __half2*>(w.plane[1])[block]);
      return dm.x * (d * float(dotNibbles(q, x))) + dm.y * v.sum[g];
    }
    case Type::Q8_0: {
      const int4 *q = static_cast<const int4*>(w.plane[0]) + 2 * block, a = q[0], b = q[1];
      int sum = __dp4a(a.x, x[0], 0);
      sum = __dp4a(a.y, x[1], sum);
      sum = __dp4a(a.z, x[2], sum);
      sum = __dp4a(a.w, x[3], sum);
      sum = __dp4a(b.x, x[4], sum);
      sum = __dp4a(b.y, x[5], sum);
      sum = __dp4a(b.z, x[6], sum);
      sum = __dp4a(b.w, x[7], sum);
      return halfAt(w.plane[1], block) * d * float(sum);
    }
    case Type::Q4_K: {
      const int64_t super = block / 8;
      const int j = int(block % 8);
      // Sub-blocks 2k and 2k+1 share 32 bytes: the low nibbles are one, the high ones the other.
      const int4 *q = static_cast<const int4*>(w.plane[0]) + super * 8 + j / 2 * 2, a = q[0], b = q[1];
      const bool high = j & 1;
      int sum = __dp4a(nibbles(a.x, high), x[0], 0);
      sum = __dp4a(nibbles(a.y, high), x[1], sum);
      sum = __dp4a(nibbles(a.z, high), x[2], sum);
      sum = __dp4a(nibbles(a.w, high), x[3], sum);
      sum = __dp4a(nibbles(b.x, high), x[4], sum);
      sum = __dp4a(nibbles(b.y, high), x[5], sum);
      sum = __dp4a(nibbles(b.z, high), x[6], sum);
      sum = __dp4a(nibbles(b.w, high), x[7], sum);
      const ScaleAndMinimum s = subBlock(static_cast<const unsigned char*>(w.plane[1]) + super * 16, j);
      return s.scale * d * float(sum) - s.minimum * v.sum[g];
    }
    case Type::Q6_K: {
      const int64_t super = block / 8;
      const int j = int(block % 8), part = j / 4, in = j % 4;
      const int* low = static_cast<const int*>(w.plane[0]) + super * 32 + part * 16 + (in & 1) * 8;
      const int* up = static_cast<const int*>(w.plane[1]) + super * 16 + part * 8;
      const signed char* scale = static_cast<const signed char*>(w.plane[2]) + super * 16 + j * 2;
      int sums[2] = {0, 0};
      for (int i = 0; i < 8; ++i) {
        const int q = nibbles(low[i], in >= 2) | ((up[i] >> (2 * in) & 0x03030303) << 4);
        // q - 32, byte by byte: the product with 32 is taken off the sum.
        sums[i / 4] = __dp4a(q, x[i], sums[i / 4]) - 32 * __dp4a(0x01010101, x[i], 0);
      }
      return halfAt(w.plane[3], super) * d * (float(scale[0]) * float(sums[0]) + float(scale[1]) * float(sums[1]));
    }
    default:
      return 0;
  }
}

/// Where column c of a float vector stands in shared memory: one word apart every 32, so that lanes that walk groups meet different banks.
__device__ inline int spread(int c) { return c + c / kGroup; }

/// One lane's share of a row's product with a vector in float32 (spread). All lanes of the warp call it; the sum over them is the product.
__device__ inline float laneProduct(const DeviceMatrix& w, int row, const float* x, int lane) {
  float sum = 0;
  const int64_t first = int64_t(row) * w.cols;
  if (w.type == Type::F32) {
    const float* p = static_cast<const float*>(w.plane[0]) + first;
    if (w.cols % 4 == 0) {
      for (int c = 4 * lane; c < w.cols; c += 4 * kWarp) {
        const float4 q = *reinterpret_cast<const float4*>(p + c);
        const float* a = x + spread(c);      // four columns of a group stand together
        sum = fmaf(q.x, a[0], fmaf(q.y, a[1], fmaf(q.z, a[2], fmaf(q.w, a[3], sum))));
      }
      return sum;
    }
    for (int c = lane; c < w.cols; c += kWarp) sum = fmaf(p[c], x[spread(c)], sum);
    return sum;
  }
  if (w.type == Type::F16 || w.type == Type::BF16) {
    const bool bf = w.type == Type::BF16;
    const auto* p = static_cast<const unsigned short*>(w.plane[0]) + first;
    const auto value = [&](unsigned bits) {
      return bf ? __uint_as_float(bits << 16) : __half2float(__ushort_as_half(static_cast<unsigned short>(bits)));
    };
    if (w.cols % 8 == 0) {
      for (int c = 8 * lane; c < w.cols; c += 8 * kWarp) {
        const uint4 q = *reinterpret_cast<const uint4*>(p + c);
        const float* a = x + spread(c);
        const unsigned words[4] = {q.x, q.y, q.z, q.w};
        for (int i = 0; i < 4; ++i) sum = fmaf(value(words[i] & 0xffff), a[2 * i], fmaf(value(words[i] >> 16), a[2 * i + 1], sum));
      }
      return sum;
    }
    for (int c = lane; c < w.cols; c += kWarp) sum = fmaf(value(p[c]), x[spread(c)], sum);
    return sum;
  }
  for (int c = lane; c < w.cols; c += kWarp) sum = fmaf(elementAt(w, row, c), x[spread(c)], sum);
  return sum;
}

}  // namespace presslab::cuda
