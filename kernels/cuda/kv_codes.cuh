// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Codes of the quantised KV cache, byte for byte those of kernels/kv_quant.cpp: the same operations with the same roundings. A warp makes a group: 32
// channels of a token, or 32 channels of all 32 tokens where keys share scales along the tokens.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/kv_quant.h"

namespace presslab::cuda {

using kernels::KvForm;
constexpr int kBlockTokens = kernels::kKvBlock;  // of a block, and channels of a group
static_assert(kBlockTokens == kWarp, "a lane takes a value of a group");

__host__ __device__ inline int bitsOf(KvForm form) { return form == KvForm::Kivi2 ? 2 : 4; }
/// Bytes of a group of 32 channels of a token that has scales of its own.
__host__ __device__ inline int groupBytes(KvForm form) {
  return form == KvForm::Q8_0 ? 2 + kBlockTokens : form == KvForm::Q4_0 ? 2 + kBlockTokens / 2 : 4 + kBlockTokens * bitsOf(form) / 8;
}
__host__ __device__ inline bool byChannel(KvForm form, bool values) { return !values && (form == KvForm::Kivi4 || form == KvForm::Kivi2); }

/// kernels::kvBlockBytes: keys that share scales along the tokens take as much as values that do not.
__host__ __device__ inline int64_t blockBytesOf(KvForm form, int dim) { return int64_t(dim) * groupBytes(form); }

/// The half nearest to x, stored by the lane when it is `mine`; its value.
__device__ inline float putHalf(float x, unsigned char* to, bool mine) {
  const __half h = __float2half_rn(x);
  if (mine) *reinterpret_cast<__half*>(to) = h;
  return __half2float(h);
}
__device__ inline float halfOf(const unsigned char* from) { return __half2float(*reinterpret_cast<const __half*>(from)); }

/// A code from each lane, packed: 4 bits: byte i holds i and i + 16; 2 bits: i, i + 8, i + 16, i + 24.
__device__ inline void putCodes(int bits, int code, unsigned char* to, int lane) {
  const int bytes = kBlockTokens * bits / 8;
  int byte = code;
  for (int part = 1; part < 8 / bits; ++part) byte |= __shfl_down_sync(kFullWarp, code, unsigned(part * bytes)) << (part * bits);
  if (lane < bytes) to[lane] = static_cast<unsigned char>(byte);
}
__device__ inline int codeAt(int bits, const unsigned char* from, int lane) {
  const int bytes = kBlockTokens * bits / 8;
  return from[lane % bytes] >> (lane / bytes * bits) & ((1 << bits) - 1);
}

__device__ inline int nearestCode(float x, float low, float scale, int top) {
  if (!(scale > 0)) return 0;
  const long long code = llroundf(__fdiv_rn(__fsub_rn(x, low), scale));
  return int(code < 0 ? 0 : code > top ? top : code);
}

/// The first lane's value among those that equal x: which of two zeros it is shows in the block.
__device__ inline float firstEqual(float value, float x) {
  const unsigned lanes = __ballot_sync(kFullWarp, value == x);
  return lanes ? __shfl_sync(kFullWarp, value, __ffs(int(lanes)) - 1) : x;
}

__device__ inline void putQ8(float x, unsigned char* to, int lane) {
  const bool bad = __any_sync(kFullWarp, !isfinite(x));  // a NaN as scale lets the fault reach the result
  const float largest = warpMax(fabsf(x)), d = __half2float(__float2half_rn(__fdiv_rn(largest, 127.f)));
  if (lane == 0) *reinterpret_cast<__half*>(to) = bad ? __ushort_as_half(0x7E00) : __float2half_rn(__fdiv_rn(largest, 127.f));
  const float inverse = !bad && d > 0.f ? __fdiv_rn(1.f, d) : 0.f;
  const float scaled = bad ? 0.f : fminf(fmaxf(__fmul_rn(x, inverse), -127.f), 127.f);
  to[2 + lane] = static_cast<unsigned char>(static_cast<signed char>(__float2int_rn(scaled)));
}

/// ggml's q4_0: the value of largest magnitude, the first of equals, is -8 steps.
__device__ inline void putQ4(float x, unsigned char* to, int lane) {
  const float largest = warpMax(fabsf(x));
  const unsigned lanes = __ballot_sync(kFullWarp, fabsf(x) == largest);
  const float value = __shfl_sync(kFullWarp, x, lanes ? __ffs(int(lanes)) - 1 : 0), widest = largest > 0 ? value : 0.f;
  const float step = __fdiv_rn(widest, -8.f);
  putHalf(step, to, lane == 0);
  const float inverse = step != 0 ? __fdiv_rn(1.f, step) : 0.f;
  const int code = __float2int_rz(__fadd_rn(__fmul_rn(x, inverse), 8.5f));
  putCodes(4, code < 0 ? 0 : code > 15 ? 15 : code, to + 2, lane);
}

__device__ inline void putKivi(int bits, float x, unsigned char* to, int lane) {
  const float low = firstEqual(x, -warpMax(-x)), high = firstEqual(x, warpMax(x));
  const int top = (1 << bits) - 1;
  const float back = putHalf(low, to + 2, lane == 0), scale = putHalf(__fdiv_rn(__fsub_rn(high, back), float(top)), to, lane == 0);
  putCodes(bits, nearestCode(x, back, scale, top), to + 4, lane);
}

/// A group of 32 channels of a token, a value a lane.
__device__ inline void putGroup(KvForm form, float x, unsigned char* to, int lane) {
  if (form == KvForm::Q8_0)
    putQ8(x, to, lane);
  else if (form == KvForm::Q4_0)
    putQ4(x, to, lane);
  else
    putKivi(bitsOf(form), x, to, lane);
}

/// 32 channels from `channel` on of a block of keys that share scales along the tokens: scale[dim], minimum[dim], then codes by token. value(t) is the
/// lane's channel of token t.
template <class F>
__device__ inline void putChannels(int bits, F&& value, unsigned char* block, int dim, int channel, int lane) {
  const int c = channel + lane, top = (1 << bits) - 1;
  unsigned char* codes = block + 4 * dim + channel * bits / 8;
  float low = value(0), high = low;
  for (int t = 1; t < kBlockTokens; ++t) {
    const float x = value(t);
    low = x < low ? x : low;
    high = high < x ? x : high;
  }
  low = putHalf(low, block + 2 * (dim + c), true);
  const float scale = putHalf(__fdiv_rn(__fsub_rn(high, low), float(top)), block + 2 * c, true);
  for (int t = 0; t < kBlockTokens; ++t) putCodes(bits, nearestCode(value(t), low, scale, top), codes + int64_t(t) * dim * bits / 8, lane);
}

/// Channel c of token t of a block.
__device__ inline float blockValue(KvForm form, bool values, const unsigned char* block, int dim, int t, int c) {
  const int bits = bitsOf(form), group = c / kBlockTokens, lane = c % kBlockTokens;
  if (byChannel(form, values)) {
    const unsigned char* codes = block + 4 * dim + (int64_t(t) * dim + group * kBlockTokens) * bits / 8;
    return fmaf(float(codeAt(bits, codes, lane)), halfOf(block + 2 * c), halfOf(block + 2 * (dim + c)));
  }
  const unsigned char* from = block + (int64_t(t) * (dim / kBlockTokens) + group) * groupBytes(form);
  const float scale = halfOf(from);
  if (form == KvForm::Q8_0) return __fmul_rn(float(static_cast<signed char>(from[2 + lane])), scale);
  if (form == KvForm::Q4_0) return __fmul_rn(float(codeAt(4, from + 2, lane) - 8), scale);
  return fmaf(float(codeAt(bits, from + 4, lane)), scale, halfOf(from + 2));
}

}  // namespace presslab::cuda
