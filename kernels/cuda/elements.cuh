// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cache rows of F32, F16 or BF16, eight values at a time.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

constexpr int kVector = 8;                   // values of a load; head dims are multiples of it

__host__ __device__ inline int bytesOf(Type t) { return t == Type::F32 ? 4 : 2; }

/// Values 8 i .. 8 i + 7 of a row.
template <Type elem>
__device__ inline void load8(const void* row, int i, float* out) {
  if constexpr (elem == Type::F32) {
    const float4* p = static_cast<const float4*>(row) + 2 * i;
    const float4 a = p[0], b = p[1];
    out[0] = a.x, out[1] = a.y, out[2] = a.z, out[3] = a.w;
    out[4] = b.x, out[5] = b.y, out[6] = b.z, out[7] = b.w;
  } else {
    const uint4 q = static_cast<const uint4*>(row)[i];
    const unsigned words[4] = {q.x, q.y, q.z, q.w};
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
