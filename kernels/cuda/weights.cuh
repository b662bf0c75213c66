// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights in planes (packed_weights.h): single values as the CPU dequantises them. Products with a vector: row_products.cuh.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

constexpr int kGroup = 32;  // columns that share a scale of a quantised matrix, and of the quantised vector

__device__ inline float halfAt(const void* plane, int64_t i) { return __half2float(static_cast<const __half*>(plane)[i]); }

__device__ inline float2 halves(unsigned word) {
  return make_float2(__half2float(__ushort_as_half(static_cast<unsigned short>(word & 0xffff))),
                     __half2float(__ushort_as_half(static_cast<unsigned short>(word >> 16))));
}

/// Scale and minimum of sub-block j (0..7) of a Q4_K super-block, from its 16 bytes: d, dmin, then 12 bytes of six-bit pairs.
__device__ inline float2 subBlock(uint4 header, int j) {
  const int at = 8 * (j & 3);
  unsigned s = header.y >> at, m = header.z >> at;
  if (j < 4) {
    s &= 63;
    m &= 63;
  } else {  // four bits in the last word, two in the spare bits of the others
    const unsigned last = header.w >> at;
    s = (last & 15) | (s >> 6 & 3) << 4;
    m = (last >> 4 & 15) | (m >> 6 & 3) << 4;
  }
  const float2 d = halves(header.x);
  return make_float2(__fmul_rn(d.x, float(s)), __fmul_rn(d.y, float(m)));
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
      const float2 s = subBlock(static_cast<const uint4*>(w.plane[1])[super], j);
      return __fsub_rn(__fmul_rn(s.x, float(j & 1 ? byte >> 4 : byte & 15)), s.y);
    }
    case Type::Q6_K: {
      const int q =
          sixBits(static_cast<const unsigned char*>(w.plane[0]) + super * 128, static_cast<const unsigned char*>(w.plane[1]) + super * 64, at);
      const float scale = __fmul_rn(halfAt(w.plane[3], super), float(static_cast<const signed char*>(w.plane[2])[super * 16 + at / 16]));
      return __fmul_rn(scale, float(q));
    }
  }
  return 0;
}

}  // namespace presslab::cuda
