// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The highest scores of each head. A block finds the lowest key that is kept by three digits of a radix select, then its warps write the kept
// positions of consecutive shares at places that they count beforehand: ascending, and the same whoever comes first.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/ordered_key.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 512, kWarps = kThreads / kWarp;
constexpr int kDigitBits = 11, kDigits = 1 << kDigitBits;
constexpr int kDigitsEach = kDigits / kThreads;  // of a thread in the search from above

/// Keys whose known digits are above the threshold's are kept, of those that share them all but the first `skip`.
struct Threshold {
  unsigned key = 0, known = 0;
  int64_t skip = 0;
};

/// Entries of this warp's share by digit. Lanes with the same digit are counted by one of them.
__device__ void countDigits(const float* score, Share share, Threshold t, int shift, unsigned digits, int* count) {
  const int lane = int(threadIdx.x) % kWarp;
  for (int64_t step = share.first; step < share.last; step += kWarp) {
    const int64_t i = step + lane;
    const unsigned key = i < share.last ? orderedKey(score[i]) : 0;
    const bool mine = i < share.last && (key & t.known) == t.key;
    const unsigned digit = mine ? key >> shift & digits : unsigned(kDigits);
    const unsigned same = __match_any_sync(kFullWarp, digit);
    if (mine && (same & lanesBefore(lane)) == 0) atomicAdd(&count[digit], __popc(same));
  }
}

/// Looks from above for the digit at which the running count reaches `wanted`: found[0] is the digit, found[1] the count above it, found[2] its own.
__device__ void findDigit(const int* count, int64_t wanted, int* warpSums, int* found) {
  const int high = kDigits - 1 - int(threadIdx.x) * kDigitsEach;  // thread 0 has the highest digits
  int own = 0;
  for (int i = 0; i < kDigitsEach; ++i) own += count[high - i];
  int before = blockBefore(own, warpSums);
  if (before < wanted && before + own >= wanted) {
    int digit = high;
    while (before + count[digit] < wanted) before += count[digit--];
    found[0] = digit, found[1] = before, found[2] = count[digit];
  }
  __syncthreads();
}

__device__ Threshold findThreshold(const float* score, int64_t n, int64_t keep, int* count, int* warpSums, int* found) {
  const int warp = int(threadIdx.x) / kWarp;
  Threshold t;
  int64_t wanted = keep;
  for (int pass = 0; pass < 3; ++pass) {
    const int shift = pass == 0 ? 21 : pass == 1 ? 10 : 0;
    const unsigned digits = pass == 2 ? kDigits / 2 - 1 : kDigits - 1;  // 11, 11 and 10 bits
    for (int i = int(threadIdx.x); i < kDigits; i += kThreads) count[i] = 0;
    __syncthreads();
    countDigits(score, shareOf(warp, kWarps, n), t, shift, digits, count);
    __syncthreads();
    findDigit(count, wanted, warpSums, found);
    const int64_t equal = found[2];
    wanted -= found[1];
    t.key |= unsigned(found[0]) << shift;
    t.known |= digits << shift;
    t.skip = equal - wanted;
    if (t.skip == 0) break;  // the whole bucket is taken
  }
  return t;
}

__global__ void __launch_bounds__(kThreads) selectTopKernel(const float* scores, int64_t n, const int32_t* keep, int32_t* kept, int64_t stride) {
  __shared__ int count[kDigits];
  __shared__ int warpSums[kWarps], greater[kWarps], equal[kWarps], found[3];
  const int h = int(blockIdx.x), warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const float* score = scores + h * n;
  int32_t* out = kept + h * stride;
  if (keep[h] <= 0) return;
  if (keep[h] >= n) {
    for (int64_t i = threadIdx.x; i < n; i += kThreads) out[i] = int32_t(i);
    return;
  }
  const Threshold t = findThreshold(score, n, keep[h], count, warpSums, found);
  const Share share = shareOf(warp, kWarps, n);
  int above = 0, same = 0;
  for (int64_t i = share.first + lane; i < share.last; i += kWarp) {
    const unsigned prefix = orderedKey(score[i]) & t.known;
    above += prefix > t.key;
    same += prefix == t.key;
  }
  above = __reduce_add_sync(kFullWarp, above);
  same = __reduce_add_sync(kFullWarp, same);
  if (lane == 0) greater[warp] = above, equal[warp] = same;
  __syncthreads();
  int64_t aboveBefore = 0, sameBefore = 0;
  for (int w = 0; w < warp; ++w) aboveBefore += greater[w], sameBefore += equal[w];
  for (int64_t step = share.first; step < share.last; step += kWarp) {
    const int64_t i = step + lane;
    const unsigned prefix = i < share.last ? orderedKey(score[i]) & t.known : 0;
    const unsigned aboves = __ballot_sync(kFullWarp, i < share.last && prefix > t.key);
    const unsigned sames = __ballot_sync(kFullWarp, i < share.last && prefix == t.key);
    const int64_t earlier = sameBefore + __popc(sames & lanesBefore(lane)), passed = earlier > t.skip ? earlier - t.skip : 0;
    const bool taken = (aboves >> lane & 1) || ((sames >> lane & 1) && earlier >= t.skip);
    if (taken) out[aboveBefore + __popc(aboves & lanesBefore(lane)) + passed] = int32_t(i);
    aboveBefore += __popc(aboves);
    sameBefore += __popc(sames);
  }
}

}  // namespace

void selectTop(const float* scores, int heads, int64_t n, const int32_t* keep, int32_t* kept, int64_t stride, Stream s) {
  PRESSLAB_LAUNCH(selectTopKernel, unsigned(heads), kThreads, 0, s, scores, n, keep, kept, stride);
}

}  // namespace presslab::cuda
