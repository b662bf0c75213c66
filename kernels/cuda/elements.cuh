// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cache rows of F32, F16 or BF16, eight values at a time.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

constexpr int kVector = 8;  // values of a load; head dims are multiples of it

__host__ __device__ inline int bytesOf(Type t) { return t == Type::F32 ? 4 : 2; }

/// Eight values as they stand in memory: of several rows they are fetched before the first is used.
template <Type elem>
struct Packed8 {
  uint4 words;
};
template <>
struct Packed8<Type::F32> {
  float4 low, high;
};

/// Values 8 i .. 8 i + 7 of a row.
template <Type elem>
__device__ inline Packed8<elem> fetch8(const void* row, int i) {
  if constexpr (elem == Type::F32) {
    const float4* p = static_cast<const float4*>(row) + 2 * i;
    return {p[0], p[1]};
  } else {
    return {static_cast<const uint4*>(row)[i]};
  }
}
template <Type elem>
__device__ inline void unpack8(const Packed8<elem>& p, float* out) {
  if constexpr (elem == Type::F32) {
    out[0] = p.low.x, out[1] = p.low.y, out[2] = p.low.z, out[3] = p.low.w;
    out[4] = p.high.x, out[5] = p.high.y, out[6] = p.high.z, out[7] = p.high.w;
  } else {
    const unsigned words[4] = {p.words.x, p.words.y, p.words.z, p.words.w};
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if constexpr (elem == Type::F16) {
        out[2 * k] = __half2float(__ushort_as_half(static_cast<unsigned short>(words[k] & 0xffff)));
        out[2 * k + 1] = __half2float(__ushort_as_half(static_cast<unsigned short>(words[k] >> 16)));
      } else {
        out[2 * k] = __uint_as_float(words[k] << 16);
        out[2 * k + 1] = __uint_as_float(words[k] & 0xffff0000u);
      }
    }
  }
}
template <Type elem>
__device__ inline void load8(const void* row, int i, float* out) {
  unpack8<elem>(fetch8<elem>(row, i), out);
}

__device__ inline float loadElement(Type elem, const void* row, int64_t i) {
  if (elem == Type::F32) return static_cast<const float*>(row)[i];
  if (elem == Type::F16) return __half2float(static_cast<const __half*>(row)[i]);
  return __bfloat162float(static_cast<const __nv_bfloat16*>(row)[i]);
}

__device__ inline void storeElement(Type elem, void* row, int64_t i, float x) {
  if (elem == Type::F32) {
    static_cast<float*>(row)[i] = x;
  } else if (elem == Type::F16) {
    static_cast<__half*>(row)[i] = __float2half_rn(x);
  } else {
    static_cast<__nv_bfloat16*>(row)[i] = __float2bfloat16_rn(x);
  }
}

}  // namespace presslab::cuda
