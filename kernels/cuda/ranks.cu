// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Ranks of scores, and their mix over policies. A block sorts a head by four digits of eight bits. Its warps have consecutive shares; each counts
// its share's digits, one prefix sum over digits and warps gives every share its places, and each then moves its share in order: stable, without
// atomics.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/ordered_key.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 512, kWarps = kThreads / kWarp;
constexpr int kDigitBits = 8, kDigits = 1 << kDigitBits;

/// A score on its way through the sort.
struct Item {
  unsigned key, index;
};

/// Counts of this warp's share become its first places, digits ascending, then warps. Every thread of the block calls it.
__device__ void placesOf(int (*count)[kDigits], int* warpSums) {
  const int digit = int(threadIdx.x);
  int own = 0;
  if (digit < kDigits)
    for (int w = 0; w < kWarps; ++w) own += count[w][digit];
  int before = blockBefore(own, warpSums);
  if (digit < kDigits) {
    for (int w = 0; w < kWarps; ++w) {
      const int here = count[w][digit];
      count[w][digit] = before;
      before += here;
    }
  }
  __syncthreads();
}

__global__ void __launch_bounds__(kThreads) ranksKernel(const float* scores, int64_t n, int32_t* out, Item* scratch) {
  __shared__ int count[kWarps][kDigits];
  __shared__ int warpSums[kWarps];
  const int h = int(blockIdx.x), warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const float* score = scores + h * n;
  Item *from = scratch + 2 * h * n, *to = from + n;
  const Share share = shareOf(warp, kWarps, n);
  for (int shift = 0; shift < 32; shift += kDigitBits) {
    const auto itemAt = [&](int64_t i) { return shift == 0 ? Item{orderedKey(score[i]), unsigned(i)} : from[i]; };
    for (int i = lane; i < kDigits; i += kWarp) count[warp][i] = 0;
    __syncwarp();
    for (int64_t step = share.first; step < share.last; step += kWarp) {
      const int64_t i = step + lane;
      const int digit = i < share.last ? int(itemAt(i).key >> shift & (kDigits - 1)) : kDigits;
      const unsigned same = __match_any_sync(kFullWarp, digit);
      if (digit < kDigits && (same & lanesBefore(lane)) == 0) count[warp][digit] += __popc(same);
      __syncwarp();  // another lane may count this digit next
    }
    __syncthreads();
    placesOf(count, warpSums);
    for (int64_t step = share.first; step < share.last; step += kWarp) {
      const int64_t i = step + lane;
      const Item item = i < share.last ? itemAt(i) : Item{0, 0};
      const int digit = i < share.last ? int(item.key >> shift & (kDigits - 1)) : kDigits;
      const unsigned same = __match_any_sync(kFullWarp, digit);
      const int place = digit < kDigits ? count[warp][digit] + __popc(same & lanesBefore(lane)) : 0;
      __syncwarp();  // all have read their place before it moves on
      if (digit < kDigits) {
        if ((same & lanesBefore(lane)) == 0) count[warp][digit] += __popc(same);
        if (shift + kDigitBits < 32) {
          to[place] = item;
        } else {
          out[h * n + item.index] = place;
        }
      }
      __syncwarp();
    }
    __syncthreads();
    Item* const other = from;
    from = to;
    to = other;
  }
}

/// float32 sums in the CPU's order and roundings.
__global__ void __launch_bounds__(kThreads)
    mixKernel(const int32_t* ranks, int policies, int64_t plane, int64_t tokens, const float* gates, double shared, float* out) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= plane) return;
  if (!gates || shared >= 1) {  // whole numbers until the last step: equal sums of ranks stay equal scores
    int64_t sum = 0;
    for (int e = 0; e < policies; ++e) sum += ranks[e * plane + i];
    out[i] = float((double(sum) + .5 * policies) * (1. / (double(policies) * double(tokens))));
    return;
  }
  const float unit = 1.f / float(tokens), base = float(shared) / float(policies), rest = 1.f - float(shared);
  float sum = 0;
  for (int e = 0; e < policies; ++e) {
    const float weight = __fadd_rn(base, __fmul_rn(rest, gates[i % tokens * policies + e]));
    sum = __fadd_rn(sum, __fmul_rn(weight, __fmul_rn(float(ranks[e * plane + i]) + .5f, unit)));
  }
  out[i] = sum;
}

__global__ void __launch_bounds__(kThreads) pinKernel(float* scores, int64_t n, int64_t sinks, int64_t recent) {
  float* score = scores + blockIdx.x * n;
  const int64_t t = threadIdx.x;
  if (t < recent && n - recent + t >= 0) score[n - recent + t] = 1000.f + float(t);
  __syncthreads();
  if (t < sinks && t < n) score[t] = 2000.f - float(t);
}

}  // namespace

int64_t rankScratchBytes(int heads, int64_t n) { return 2 * int64_t(heads) * n * int64_t(sizeof(Item)); }

void ranks(const float* scores, int heads, int64_t n, int32_t* out, void* scratch, Stream s) {
  PRESSLAB_LAUNCH(ranksKernel, unsigned(heads), kThreads, 0, s, scores, n, out, static_cast<Item*>(scratch));
}

void mixRanks(const int32_t* ranks, int policies, int heads, int64_t tokens, const float* gates, double shared, float* out, Stream s) {
  const int64_t plane = heads * tokens;
  PRESSLAB_LAUNCH(mixKernel, unsigned((plane + kThreads - 1) / kThreads), kThreads, 0, s, ranks, policies, plane, tokens, gates, shared, out);
}

void applyPins(float* scores, int heads, int64_t n, int64_t sinks, int64_t recent, Stream s) {
  PRESSLAB_LAUNCH(pinKernel, unsigned(heads), kThreads, 0, s, scores, n, sinks, recent);
}

}  // namespace presslab::cuda
