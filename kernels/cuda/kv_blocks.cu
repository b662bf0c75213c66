// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Blocks of the quantised KV cache, byte for byte those of kernels/kv_quant.cpp: the same operations with the same roundings. A warp takes a group:
// 32 channels of a token, or 32 channels of all 32 tokens where keys share scales along the tokens.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

using kernels::KvForm;
constexpr int kThreads = 128, kWarps = kThreads / kWarp;
constexpr int kTokens = kernels::kKvBlock;  // of a block, and channels of a group
static_assert(kTokens == kWarp, "a lane takes a value of a group");

__host__ __device__ inline int bitsOf(KvForm form) { return form == KvForm::Kivi2 ? 2 : 4; }
/// Bytes of a group of 32 channels of a token that has scales of its own.
__host__ __device__ inline int groupBytes(KvForm form) {
  return form == KvForm::Q8_0 ? 2 + kTokens : form == KvForm::Q4_0 ? 2 + kTokens / 2 : 4 + kTokens * bitsOf(form) / 8;
}
__host__ __device__ inline bool byChannel(KvForm form, bool values) { return !values && (form == KvForm::Kivi4 || form == KvForm::Kivi2); }

/// The half nearest to x, stored by the lane when it is `mine`; its value.
__device__ inline float putHalf(float x, unsigned char* to, bool mine) {
  const __half h = __float2half_rn(x);
  if (mine) *reinterpret_cast<__half*>(to) = h;
  return __half2float(h);
}
__device__ inline float halfOf(const unsigned char* from) { return __half2float(*reinterpret_cast<const __half*>(from)); }

/// A code from each lane, packed: 4 bits: byte i holds i and i + 16; 2 bits: i, i + 8, i + 16, i + 24.
__device__ inline void putCodes(int bits, int code, unsigned char* to, int lane) {
  const int bytes = kTokens * bits / 8;
  int byte = code;
  for (int part = 1; part < 8 / bits; ++part) byte |= __shfl_down_sync(kFullWarp, code, unsigned(part * bytes)) << (part * bits);
  if (lane < bytes) to[lane] = static_cast<unsigned char>(byte);
}
__device__ inline int codeAt(int bits, const unsigned char* from, int lane) {
  const int bytes = kTokens * bits / 8;
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

__device__ void putQ8(float x, unsigned char* to, int lane) {
  const bool bad = __any_sync(kFullWarp, !isfinite(x));  // a NaN as scale lets the fault reach the result
  const float largest = warpMax(fabsf(x)), d = __half2float(__float2half_rn(__fdiv_rn(largest, 127.f)));
  if (lane == 0) *reinterpret_cast<__half*>(to) = bad ? __ushort_as_half(0x7E00) : __float2half_rn(__fdiv_rn(largest, 127.f));
  const float inverse = !bad && d > 0.f ? __fdiv_rn(1.f, d) : 0.f;
  const float scaled = bad ? 0.f : fminf(fmaxf(__fmul_rn(x, inverse), -127.f), 127.f);
  to[2 + lane] = static_cast<unsigned char>(static_cast<signed char>(__float2int_rn(scaled)));
}

/// ggml's q4_0: the value of largest magnitude, the first of equals, is -8 steps.
__device__ void putQ4(float x, unsigned char* to, int lane) {
  const float largest = warpMax(fabsf(x));
  const unsigned lanes = __ballot_sync(kFullWarp, fabsf(x) == largest);
  const float value = __shfl_sync(kFullWarp, x, lanes ? __ffs(int(lanes)) - 1 : 0), widest = largest > 0 ? value : 0.f;
  const float step = __fdiv_rn(widest, -8.f);
  putHalf(step, to, lane == 0);
  const float inverse = step != 0 ? __fdiv_rn(1.f, step) : 0.f;
  const int code = __float2int_rz(__fadd_rn(__fmul_rn(x, inverse), 8.5f));
  putCodes(4, code < 0 ? 0 : code > 15 ? 15 : code, to + 2, lane);
}

__device__ void putKivi(int bits, float x, unsigned char* to, int lane) {
  const float low = firstEqual(x, -warpMax(-x)), high = firstEqual(x, warpMax(x));
  const int top = (1 << bits) - 1;
  const float back = putHalf(low, to + 2, lane == 0), scale = putHalf(__fdiv_rn(__fsub_rn(high, back), float(top)), to, lane == 0);
  putCodes(bits, nearestCode(x, back, scale, top), to + 4, lane);
}

__global__ void __launch_bounds__(kThreads) quantiseKernel(KvForm form, const float* rows, int64_t groups, unsigned char* out) {
  const int64_t g = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  const int lane = int(threadIdx.x) % kWarp;
  if (g >= groups) return;
  const float x = rows[g * kTokens + lane];
  unsigned char* to = out + g * groupBytes(form);
  if (form == KvForm::Q8_0)
    putQ8(x, to, lane);
  else if (form == KvForm::Q4_0)
    putQ4(x, to, lane);
  else
    putKivi(bitsOf(form), x, to, lane);
}

/// Where a warp's 32 channels stand in a block of keys that share scales along the tokens: scale[dim], minimum[dim], then codes by token.
struct ChannelGroup {
  int64_t block;
  int channel;  // the first
};
__device__ inline ChannelGroup channelGroup(int64_t g, int dim) { return {g / (dim / kTokens), int(g % (dim / kTokens)) * kTokens}; }

__global__ void __launch_bounds__(kThreads)
    quantiseChannelsKernel(int bits, const float* rows, int64_t groups, int dim, int64_t blockBytes, unsigned char* out) {
  const int64_t g = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  const int lane = int(threadIdx.x) % kWarp, top = (1 << bits) - 1;
  if (g >= groups) return;
  const ChannelGroup at = channelGroup(g, dim);
  const int c = at.channel + lane;
  const float* x = rows + at.block * kTokens * dim + c;
  unsigned char *block = out + at.block * blockBytes, *codes = block + 4 * dim + at.channel * bits / 8;
  float low = x[0], high = x[0];
  for (int t = 1; t < kTokens; ++t) {
    const float value = x[t * dim];
    low = value < low ? value : low;
    high = high < value ? value : high;
  }
  low = putHalf(low, block + 2 * (dim + c), true);
  const float scale = putHalf(__fdiv_rn(__fsub_rn(high, low), float(top)), block + 2 * c, true);
  for (int t = 0; t < kTokens; ++t) putCodes(bits, nearestCode(x[t * dim], low, scale, top), codes + int64_t(t) * dim * bits / 8, lane);
}

__global__ void __launch_bounds__(kThreads) dequantiseKernel(KvForm form, const unsigned char* in, int64_t groups, float* rows) {
  const int64_t g = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  const int lane = int(threadIdx.x) % kWarp;
  if (g >= groups) return;
  const unsigned char* from = in + g * groupBytes(form);
  const float scale = halfOf(from);
  float& x = rows[g * kTokens + lane];
  if (form == KvForm::Q8_0)
    x = __fmul_rn(float(static_cast<signed char>(from[2 + lane])), scale);
  else if (form == KvForm::Q4_0)
    x = __fmul_rn(float(codeAt(4, from + 2, lane) - 8), scale);
  else
    x = fmaf(float(codeAt(bitsOf(form), from + 4, lane)), scale, halfOf(from + 2));
}

__global__ void __launch_bounds__(kThreads)
    dequantiseChannelsKernel(int bits, const unsigned char* in, int64_t groups, int dim, int64_t blockBytes, float* rows) {
  const int64_t g = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  const int lane = int(threadIdx.x) % kWarp;
  if (g >= groups) return;
  const ChannelGroup at = channelGroup(g, dim);
  const int c = at.channel + lane;
  const unsigned char *block = in + at.block * blockBytes, *codes = block + 4 * dim + at.channel * bits / 8;
  const float scale = halfOf(block + 2 * c), low = halfOf(block + 2 * (dim + c));
  float* to = rows + at.block * kTokens * dim + c;
  for (int t = 0; t < kTokens; ++t) to[t * dim] = fmaf(float(codeAt(bits, codes + int64_t(t) * dim * bits / 8, lane)), scale, low);
}

unsigned gridFor(int64_t groups) { return unsigned((groups + kWarps - 1) / kWarps); }

}  // namespace

void quantiseKv(KvForm form, bool values, const float* rows, int blocks, int headDim, void* out, Stream s) {
  auto* to = static_cast<unsigned char*>(out);
  if (byChannel(form, values)) {
    const int64_t groups = int64_t(blocks) * (headDim / kTokens), bytes = kernels::kvBlockBytes(form, headDim);
    PRESSLAB_LAUNCH(quantiseChannelsKernel, gridFor(groups), kThreads, 0, s, bitsOf(form), rows, groups, headDim, bytes, to);
  } else {
    const int64_t groups = int64_t(blocks) * headDim;
    PRESSLAB_LAUNCH(quantiseKernel, gridFor(groups), kThreads, 0, s, form, rows, groups, to);
  }
}

void dequantiseKv(KvForm form, bool values, const void* in, int blocks, int headDim, float* rows, Stream s) {
  const auto* from = static_cast<const unsigned char*>(in);
  if (byChannel(form, values)) {
    const int64_t groups = int64_t(blocks) * (headDim / kTokens), bytes = kernels::kvBlockBytes(form, headDim);
    PRESSLAB_LAUNCH(dequantiseChannelsKernel, gridFor(groups), kThreads, 0, s, bitsOf(form), from, groups, headDim, bytes, rows);
  } else {
    const int64_t groups = int64_t(blocks) * headDim;
    PRESSLAB_LAUNCH(dequantiseKernel, gridFor(groups), kThreads, 0, s, form, from, groups, rows);
  }
}

}  // namespace presslab::cuda
