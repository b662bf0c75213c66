// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Tokens to experts. Capacity makes a token's choice depend on all before it, but only through which experts are still open: a tile of tokens
// chooses at once, the first token that fills an expert ends what stands, and those behind it choose again. An expert fills once, so that
// repeats are at most as many as experts.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256, kWarps = kThreads / kWarp;
static_assert(kThreads % kLoadTokens == 0 && kLoadTokens % kWarp == 0, "a warp's tokens belong to one step of the load");

/// The best expert of a set; equal keys: the lower one. -1: the set is empty.
__device__ int bestOf(const RouteArgs& a, const float* z, unsigned set) {
  int best = -1;
  float bestKey = 0;
  for (int e = 0; e < a.experts; ++e) {
    if (!(set >> e & 1)) continue;
    const float key = a.bias ? __fadd_rn(z[e], a.bias[e]) : z[e];
    if (best < 0 || key > bestKey) best = e, bestKey = key;
  }
  return best;
}

/// The topK best experts of a set, or fewer.
__device__ unsigned chooseFrom(const RouteArgs& a, const float* z, unsigned set) {
  unsigned chosen = 0;
  for (int place = 0; place < a.topK; ++place) {
    const int e = bestOf(a, z, set & ~chosen);
    if (e < 0) break;
    chosen |= 1u << e;
  }
  return chosen;
}

/// Softmax over the chosen experts, summed from the best on as the CPU does; equal gates where none was left.
__device__ void writeGates(const RouteArgs& a, const float* z, unsigned chosen, float* gates) {
  for (int e = 0; e < a.experts; ++e) gates[e] = chosen ? 0.f : 1.f / float(a.experts);
  float top = -INFINITY, sum = 0;
  for (int e = 0; e < a.experts; ++e)
    if (chosen >> e & 1) top = fmaxf(top, z[e]);
  for (unsigned left = chosen; left;) {
    const int e = bestOf(a, z, left);
    sum += gates[e] = expf(z[e] - top);
    left &= ~(1u << e);
  }
  for (int e = 0; e < a.experts; ++e)
    if (chosen >> e & 1) gates[e] /= sum;
}

__global__ void __launch_bounds__(kThreads) routeKernel(const RouteArgs a) {
  __shared__ int taken[kMostExperts], displaced[kMostExperts], dropped[kMostExperts];
  __shared__ int warpCount[kWarps][kMostExperts];
  __shared__ int end;  // first token of the tile that fills an expert
  const int t = int(threadIdx.x), warp = t / kWarp, lane = t % kWarp;
  const unsigned all = a.experts == kMostExperts ? ~0u : (1u << a.experts) - 1;
  const int64_t steps = (a.tokens + kLoadTokens - 1) / kLoadTokens;
  if (t < kMostExperts) taken[t] = displaced[t] = dropped[t] = 0;
  if (a.load)
    for (int64_t i = t; i < steps * a.experts; i += kThreads) a.load[i] = 0;
  unsigned open = a.capacity > 0 ? all : 0;
  for (int64_t tile = 0; tile < a.tokens; tile += kThreads) {
    const int64_t token = tile + t;
    const float* z = a.logits + (token < a.tokens ? token : 0) * a.experts;
    const int count = int(a.tokens - tile < kThreads ? a.tokens - tile : kThreads);
    for (int first = 0; first < count;) {
      const bool waits = t >= first && t < count;
      const unsigned chosen = waits ? chooseFrom(a, z, open) : 0;
      if (t == 0) end = count - 1;
      for (int e = 0; e < a.experts; ++e) {
        const unsigned lanes = __ballot_sync(kFullWarp, chosen >> e & 1);
        if (lane == 0) warpCount[warp][e] = __popc(lanes);
      }
      __syncthreads();
      bool fills = false;
      for (int e = 0; e < a.experts; ++e) {
        const unsigned lanes = __ballot_sync(kFullWarp, chosen >> e & 1);
        int64_t with = taken[e] + __popc(lanes & (~0u >> (kWarp - 1 - lane)));  // this token included
        for (int w = 0; w < warp; ++w) with += warpCount[w][e];
        fills = fills || ((chosen >> e & 1) && with == a.capacity);
      }
      if (fills) atomicMin(&end, t);
      __syncthreads();
      const int last = end;
      const bool stands = waits && t <= last;
      const unsigned wanted = stands ? chooseFrom(a, z, all) : 0;
      const int best = stands && !chosen ? bestOf(a, z, all) : -1;
      for (int e = 0; e < a.experts; ++e) {
        const unsigned lanes = __ballot_sync(kFullWarp, stands && (chosen >> e & 1));
        const unsigned closed = __ballot_sync(kFullWarp, stands && !(open >> e & 1) && (wanted >> e & 1));
        const unsigned lost = __ballot_sync(kFullWarp, best == e);
        if (lane != 0) continue;
        if (lanes) atomicAdd(&taken[e], __popc(lanes));
        if (lanes && a.load) atomicAdd(&a.load[e * steps + token / kLoadTokens], __popc(lanes));
        if (closed) atomicAdd(&displaced[e], __popc(closed));
        if (lost) atomicAdd(&dropped[e], __popc(lost));
      }
      if (stands) writeGates(a, z, chosen, a.gates + token * a.experts);
      __syncthreads();
      for (int e = 0; e < a.experts; ++e)
        if (taken[e] >= a.capacity) open &= ~(1u << e);
      first = last + 1;
    }
  }
  if (t < a.experts) a.taken[t] = taken[t], a.displaced[t] = displaced[t], a.dropped[t] = dropped[t];
}

}  // namespace

void route(const RouteArgs& a, Stream s) { PRESSLAB_LAUNCH(routeKernel, 1u, kThreads, 0, s, a); }

}  // namespace presslab::cuda
