// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// One token against a layer's ragged heads (Flash-Decoding's split of the keys, with a cut per head). A block takes a run of slots of one KV head for
// all query heads of its group, so keys and values are read once; groups above eight are taken eight heads at a time.
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/head_rows.cuh"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 128, kWarps = kThreads / kWarp;
constexpr int kTile = 128;                   // slots whose scores stand in shared memory
constexpr int kLanesPerKey = 8;

/// Shared memory of a block, in floats.
struct Room {
  float *q, *fresh, *scores, *parts, *most, *sum, *factor;
};
template <int kHeads>
__host__ __device__ inline int64_t roomFloats(int group, int headDim) {
  return int64_t(group) * headDim + headDim + kHeads * kTile + kHeads * kThreads * kVector + 3 * kHeads;
}
template <int kHeads>
__device__ Room carve(float* shared, int group, int headDim) {
  Room r;
  r.q = shared;
  r.fresh = r.q + group * headDim;
  r.scores = r.fresh + headDim;
  r.parts = r.scores + kHeads * kTile;
  r.most = r.parts + kHeads * kThreads * kVector;
  r.sum = r.most + kHeads;
  r.factor = r.sum + kHeads;
  return r;
}

/// Queries of the group, ready to be multiplied, and the new token's key and value in their slot when this block holds it.
__device__ void prepare(const DecodeAttentionArgs& a, const HeadState& head, const WorkItem& item, const Room& room) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, d = a.headDim;
  const float* cos = a.cos ? a.cos + int64_t(a.token->turn) * (a.ropeDim / 2) : nullptr;
  const float* sin = a.sin ? a.sin + int64_t(a.token->turn) * (a.ropeDim / 2) : nullptr;
  const bool owns = head.slot >= item.first && head.slot < item.first + item.count;
  for (int row = warp; row < a.group + (owns ? 1 : 0); row += kWarps) {
    const bool key = row == a.group;
    float* to = key ? room.fresh : room.q + row * d;
    const float* from = key ? a.k + item.head * d : a.q + (item.head * a.group + row) * d;
    for (int i = lane; i < d; i += kWarp) to[i] = from[i];
    __syncwarp();
    normHead(to, d, key ? a.kNorm : a.qNorm, lane);
    turnHead(to, a.ropeDim, cos, sin, lane);
    if (!key) continue;
    for (int i = lane; i < d; i += kWarp) {
      storeElement(a.elem, head.k, int64_t(head.slot) * d + i, to[i]);
      storeElement(a.elem, head.v, int64_t(head.slot) * d + i, a.v[item.head * d + i]);
    }
  }
  __syncthreads();  // the row in the cache is then seen by the whole block
}

/// Scaled q.k of the tile's slots for query heads first .. first + kHeads; eight lanes share a key.
template <Type elem, int kHeads>
__device__ void scoreTile(const DecodeAttentionArgs& a, const HeadState& head, int headIndex, int firstHead, int slot0, int count, const Room& room) {
  const int sub = int(threadIdx.x) % kLanesPerKey, group0 = int(threadIdx.x) / kLanesPerKey, d = a.headDim, vectors = d / kVector;
  const int64_t rowBytes = int64_t(d) * bytesOf(elem);
  for (int base = 0; base < count; base += kThreads / kLanesPerKey) {
    const int at = base + group0;            // all lanes stay for the shuffles
    float dot[kHeads] = {};
    if (at < count) {
      const char* row = static_cast<const char*>(head.k) + (slot0 + at) * rowBytes;
      for (int v = sub; v < vectors; v += kLanesPerKey) {
        float k[kVector];
        load8<elem>(row, v, k);
#pragma unroll
        for (int g = 0; g < kHeads; ++g) {
          if (firstHead + g >= a.group) continue;
          const float* q = room.q + (firstHead + g) * d + v * kVector;
          for (int i = 0; i < kVector; ++i) dot[g] = fmaf(q[i], k[i], dot[g]);
        }
      }
    }
    const bool hidden = a.window > 0 && at < count && head.positions[slot0 + at] <= a.token->position - a.window;
#pragma unroll
    for (int g = 0; g < kHeads; ++g) {
      float x = dot[g];
      for (int o = kLanesPerKey / 2; o > 0; o /= 2) x += __shfl_xor_sync(kFullWarp, x, o);
      if (sub != 0 || at >= count) continue;
      x = hidden ? -INFINITY : x * a.scale;
      room.scores[g * kTile + at] = x;
      if (a.scores && firstHead + g < a.group) a.scores[(int64_t(headIndex) * a.group + firstHead + g) * a.scoresStride + slot0 + at] = x;
    }
  }
  __syncthreads();
}

/// Scores become exp(s - m) with the running maximum m; what was summed before is to be multiplied by factor. A warp takes a query head.
template <int kHeads>
__device__ void softenTile(int count, const Room& room) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  for (int g = warp; g < kHeads; g += kWarps) {
    float* s = room.scores + g * kTile;
    float most = -INFINITY;
    for (int i = lane; i < count; i += kWarp) most = fmaxf(most, s[i]);
    const float before = room.most[g], now = fmaxf(before, warpMax(most));
    float sum = 0;
    for (int i = lane; i < count; i += kWarp) {
      s[i] = s[i] > -INFINITY ? expf(s[i] - now) : 0.f;
      sum += s[i];
    }
    sum = warpSum(sum);
    __syncwarp();  // every lane has read the maximum before
    if (lane == 0) {
      room.factor[g] = before > -INFINITY ? expf(before - now) : 0.f;
      room.sum[g] = room.sum[g] * room.factor[g] + sum;
      room.most[g] = now;
    }
  }
  __syncthreads();
}

template <Type elem, int kHeads>
__global__ void __launch_bounds__(kThreads) decodeAttentionKernel(const DecodeAttentionArgs a) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  const WorkItem item = itemAt(a.heads, a.kvHeads, a.plan->chunk, int(blockIdx.x));
  if (item.count == 0) return;
  const Room room = carve<kHeads>(shared, a.group, a.headDim);
  const HeadState head = a.heads[item.head];
  prepare(a, head, item, room);

  const int d = a.headDim, vectors = d / kVector, rows = kThreads / vectors;
  const int column = int(threadIdx.x) % vectors, row = int(threadIdx.x) / vectors;  // of values: a thread sums eight channels of every `rows`th slot
  const int64_t rowBytes = int64_t(d) * bytesOf(elem);
  for (int firstHead = 0; firstHead < a.group; firstHead += kHeads) {
    if (threadIdx.x < kHeads) {
      room.most[threadIdx.x] = -INFINITY;
      room.sum[threadIdx.x] = 0;
    }
    __syncthreads();
    float sum[kHeads][kVector] = {};
    for (int done = 0; done < item.count; done += kTile) {
      const int slot0 = item.first + done, count = item.count - done < kTile ? item.count - done : kTile;
      scoreTile<elem, kHeads>(a, head, item.head, firstHead, slot0, count, room);
      softenTile<kHeads>(count, room);
#pragma unroll
      for (int g = 0; g < kHeads; ++g)
        for (int i = 0; i < kVector; ++i) sum[g][i] *= room.factor[g];
      if (row < rows) {
        for (int at = row; at < count; at += rows) {
          float v[kVector];
          load8<elem>(static_cast<const char*>(head.v) + (slot0 + at) * rowBytes, column, v);
#pragma unroll
          for (int g = 0; g < kHeads; ++g) {
            const float p = room.scores[g * kTile + at];
            for (int i = 0; i < kVector; ++i) sum[g][i] = fmaf(p, v[i], sum[g][i]);
          }
        }
      }
      __syncthreads();  // the scores' place is free again
    }
    if (row < rows) {
#pragma unroll
      for (int g = 0; g < kHeads; ++g)
        for (int i = 0; i < kVector; ++i) room.parts[(g * rows + row) * d + column * kVector + i] = sum[g][i];
    }
    __syncthreads();
    const int heads = a.group - firstHead < kHeads ? a.group - firstHead : kHeads;
    for (int i = int(threadIdx.x); i < heads * d; i += kThreads) {
      const int g = i / d, c = i % d;
      float x = 0;
      for (int r = 0; r < rows; ++r) x += room.parts[(g * rows + r) * d + c];
      a.partial[(int64_t(blockIdx.x) * a.group + firstHead + g) * (d + 2) + c] = x;
    }
    if (int(threadIdx.x) < heads) {
      float* end = a.partial + (int64_t(blockIdx.x) * a.group + firstHead + int(threadIdx.x)) * (d + 2) + d;
      end[0] = room.most[threadIdx.x];
      end[1] = room.sum[threadIdx.x];
    }
    __syncthreads();
  }
}

template <Type elem, int kHeads>
void launch(const DecodeAttentionArgs& a, Stream s) {
  const int64_t bytes = roomFloats<kHeads>(a.group, a.headDim) * int64_t(sizeof(float));
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED((decodeAttentionKernel<elem, kHeads>), bytes);
  PRESSLAB_LAUNCH((decodeAttentionKernel<elem, kHeads>), a.items, kThreads, bytes, s, a);
}

template <Type elem>
void launchFor(const DecodeAttentionArgs& a, Stream s) {
  if (a.group == 1)
    launch<elem, 1>(a, s);
  else if (a.group == 2)
    launch<elem, 2>(a, s);
  else if (a.group <= 4)
    launch<elem, 4>(a, s);
  else
    launch<elem, 8>(a, s);
}

/// Scores of a query head over the head's slots, in place. A block takes a query head.
__global__ void __launch_bounds__(kThreads) normaliseKernel(const MergeInput in, float* scores, int64_t stride) {
  const int qh = int(blockIdx.x), h = qh / in.group, g = qh % in.group, chunk = in.plan->chunk, length = in.heads[h].length,
            count = itemsOf(length, chunk), lane = int(threadIdx.x) % kWarp;
  int base = 0;
  for (int i = 0; i < h; ++i) base += itemsOf(in.heads[i].length, chunk);
  const float* ends = in.partial + (int64_t(base) * in.group + g) * (in.headDim + 2) + in.headDim;
  const int64_t step = int64_t(in.group) * (in.headDim + 2);
  float m = -INFINITY, l = 0;
  for (int i = lane; i < count; i += kWarp) m = fmaxf(m, ends[i * step]);
  m = warpMax(m);
  for (int i = lane; i < count; i += kWarp)
    if (ends[i * step] > -INFINITY) l += ends[i * step + 1] * expf(ends[i * step] - m);
  l = warpSum(l);
  for (int i = int(threadIdx.x); i < length; i += kThreads) {
    float& s = scores[qh * stride + i];
    s = s > -INFINITY && l > 0 ? expf(s - m) / l : 0.f;
  }
}

}  // namespace

void decodeAttention(const DecodeAttentionArgs& a, Stream s) {
  if (a.elem == Type::F32)
    launchFor<Type::F32>(a, s);
  else if (a.elem == Type::F16)
    launchFor<Type::F16>(a, s);
  else
    launchFor<Type::BF16>(a, s);
}

void normaliseScores(const MergeInput& in, float* scores, int64_t stride, Stream s) {
  PRESSLAB_LAUNCH(normaliseKernel, in.kvHeads * in.group, kThreads, 0, s, in, scores, stride);
}

}  // namespace presslab::cuda
