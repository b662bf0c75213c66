// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// One token against a layer's ragged heads (Flash-Decoding's split of the keys, with a cut per head). A block takes a run of slots of one KV head for
// all query heads of its group, so keys and values are read once; groups above eight are taken eight heads at a time.
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/head_rows.cuh"
#include "kernels/cuda/kv_codes.cuh"
#include "kernels/cuda/work_items.cuh"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 128, kWarps = kThreads / kWarp;
constexpr int kTile = 128;  // slots whose scores stand in shared memory
constexpr int kLanesPerKey = 8, kKeysAtOnce = kThreads / kLanesPerKey;
constexpr int kValueRows = 4;  // rows of values that a thread fetches before it uses them

/// Keys of which a lane fetches its part before it uses them; with kHeads at least eight sums, so that eight lanes can share out the totals.
template <int kHeads>
constexpr int kKeyRows = kHeads == 1 ? 8 : kHeads == 8 ? 2 : 4;

/// Shared memory of a block. Queries stand in two halves: of each eight values the first four in one, the others in the other.
struct Room {
  float *q, *rows, *block, *scores, *parts, *most, *sum, *factor;  // parts take the place of scores when all slots are done
};
template <int kHeads>
__host__ __device__ inline int64_t roomFloats(int group, int headDim, bool blocks) {
  return int64_t(group) * headDim + kWarps * headDim + kHeads * kThreads * kVector + 4 * kHeads + (blocks ? kBlockTokens * headDim : 0);
}
template <int kHeads>
__device__ Room carve(float* shared, int group, int headDim) {
  Room r;
  r.q = shared;
  r.rows = r.q + group * headDim;
  r.scores = r.parts = r.rows + kWarps * headDim;
  r.most = r.parts + kHeads * kThreads * kVector;
  r.sum = r.most + kHeads;
  r.factor = r.sum + kHeads;
  r.block = r.rows + kWarps * headDim + kHeads * kThreads * kVector + 4 * kHeads;  // aligned to 16
  return r;
}

/// Queries of the group, ready to be multiplied, and the new token's key and value in their slot when this block holds it.
__device__ void prepare(const DecodeAttentionArgs& a, const HeadState& head, const WorkItem& item, const Room& room) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, d = a.headDim;
  const float* cos = a.cos ? a.cos + int64_t(a.token->turn) * (a.ropeDim / 2) : nullptr;
  const float* sin = a.sin ? a.sin + int64_t(a.token->turn) * (a.ropeDim / 2) : nullptr;
  const bool owns = head.slot >= item.first && head.slot < item.first + item.count;
  float* to = room.rows + warp * d;
  for (int row = warp; row < a.group + (owns ? 1 : 0); row += kWarps) {
    const bool key = row == a.group;
    const float* from = key ? a.k + item.head * d : a.q + (item.head * a.group + row) * d;
    for (int i = lane; i < d; i += kWarp) to[i] = from[i];
    __syncwarp();
    normHead(to, d, key ? a.kNorm : a.qNorm, lane);
    if (a.record && owns && !key) {
      float* record = a.record + (int64_t(a.token->position % a.recorded) * a.kvHeads * a.group + item.head * a.group + row) * d;
      for (int i = lane; i < d; i += kWarp) record[i] = to[i];
      __syncwarp();  // before other lanes turn it
    }
    turnHead(to, a.ropeDim, cos, sin, lane);
    for (int i = lane; i < d; i += kWarp) {
      if (key) {
        storeElement(a.elem, head.k, int64_t(head.slot - head.blockRows) * d + i, to[i]);
        storeElement(a.elem, head.v, int64_t(head.slot - head.blockRows) * d + i, a.v[item.head * d + i]);
      } else {
        room.q[row * d + (i & 4 ? d / 2 : 0) + i / 8 * 4 + (i & 3)] = to[i];
      }
    }
    __syncwarp();  // the warp's row is free again
  }
  __syncthreads();  // the row in the cache is then seen by the whole block
}

/// Keys or values of consecutive slots: rows as they stand, or a whole block.
struct Tile {
  const char *k, *v;
  int count;       // slots
  int64_t bytes;   // of the keys
  bool block;
};
/// The tile that begins with a slot of which `left` are to be read.
template <bool kBlocks>
__device__ inline Tile tileAt(const HeadState& head, int slot, int left, int64_t rowBytes, int64_t blockBytes) {
  if (kBlocks && slot < head.blockRows) {
    const int64_t at = slot / kBlockTokens * blockBytes;
    return {static_cast<const char*>(head.kBlocks) + at, static_cast<const char*>(head.vBlocks) + at, kBlockTokens, blockBytes, true};
  }
  const int64_t at = int64_t(kBlocks ? slot - head.blockRows : slot) * rowBytes;
  const int count = left < kTile ? left : kTile;
  return {static_cast<const char*>(head.k) + at, static_cast<const char*>(head.v) + at, count, count * rowBytes, false};
}

/// Asks for a tile ahead of its use.
__device__ void fetchTile(const Tile& tile) {
  constexpr int64_t kLine = 128;
  for (int64_t i = int(threadIdx.x) * kLine; i < tile.bytes; i += kThreads * kLine) {
    prefetchToL2(tile.k + i);
    prefetchToL2(tile.v + i);
  }
}

/// A block's values in float32, in shared memory.
__device__ void readBlock(kernels::KvForm form, bool values, const char* from, int dim, float* to) {
  const auto* block = reinterpret_cast<const unsigned char*>(from);
  for (int i = int(threadIdx.x); i < kBlockTokens * dim; i += kThreads) to[i] = blockValue(form, values, block, dim, i / dim, i % dim);
  __syncthreads();
}

/// Eight sums over eight lanes, a total a lane: lane `sub` gets that of v[sub].
__device__ inline float shareTotals(const float* v, int sub) {
  float four[4], two[2];
#pragma unroll
  for (int i = 0; i < 4; ++i) four[i] = (sub & 4 ? v[i + 4] : v[i]) + __shfl_xor_sync(kFullWarp, sub & 4 ? v[i] : v[i + 4], 4);
#pragma unroll
  for (int i = 0; i < 2; ++i) two[i] = (sub & 2 ? four[i + 2] : four[i]) + __shfl_xor_sync(kFullWarp, sub & 2 ? four[i] : four[i + 2], 2);
  return (sub & 1 ? two[1] : two[0]) + __shfl_xor_sync(kFullWarp, sub & 1 ? two[0] : two[1], 1);
}

/// Scaled q.k of the tile's slots, `keys` their rows, for query heads firstHead .. firstHead + kHeads (behind the group's last: the last again); eight
/// lanes share a key.
template <Type elem, int kHeads>
__device__ void scoreTile(const DecodeAttentionArgs& a, const HeadState& head, const char* keys, int headIndex, int firstHead, int slot0, int count,
                          const Room& room) {
  constexpr int kRows = kKeyRows<kHeads>, kSums = kRows * kHeads;
  const int sub = int(threadIdx.x) % kLanesPerKey, key = int(threadIdx.x) / kLanesPerKey, d = a.headDim, vectors = d / kVector;
  const int64_t rowBytes = int64_t(d) * bytesOf(elem);
  const float4* q = reinterpret_cast<const float4*>(room.q);
  for (int base = 0; base < count; base += kKeysAtOnce * kRows) {  // all lanes stay for the shuffles
    const char* row[kRows];
#pragma unroll
    for (int b = 0; b < kRows; ++b) {
      const int at = base + b * kKeysAtOnce + key;
      row[b] = keys + (at < count ? at : count - 1) * rowBytes;
    }
    float dot[kSums] = {};
    for (int v = sub; v < vectors; v += kLanesPerKey) {
      Packed8<elem> packed[kRows];
#pragma unroll
      for (int b = 0; b < kRows; ++b) packed[b] = fetch8<elem>(row[b], v);
      float k[kRows][kVector];
#pragma unroll
      for (int b = 0; b < kRows; ++b) unpack8<elem>(packed[b], k[b]);
#pragma unroll
      for (int g = 0; g < kHeads; ++g) {
        const int qh = firstHead + g < a.group ? firstHead + g : a.group - 1;
        const float4 x = q[qh * (d / 4) + v], y = q[qh * (d / 4) + d / 8 + v];
#pragma unroll
        for (int b = 0; b < kRows; ++b) {
          const float* z = k[b];
          float& sum = dot[b * kHeads + g];
          sum = fmaf(x.x, z[0], fmaf(x.y, z[1], fmaf(x.z, z[2], fmaf(x.w, z[3], sum))));
          sum = fmaf(y.x, z[4], fmaf(y.y, z[5], fmaf(y.z, z[6], fmaf(y.w, z[7], sum))));
        }
      }
    }
#pragma unroll
    for (int c = 0; c < kSums; c += kLanesPerKey) {
      const float total = shareTotals(dot + c, sub);
      const int b = (c + sub) / kHeads, g = (c + sub) % kHeads, at = base + b * kKeysAtOnce + key;
      if (at < count) {
        const bool hidden = a.window > 0 && head.positions[slot0 + at] <= a.token->position - a.window;
        const float x = hidden ? -INFINITY : total * a.scale;
        room.scores[g * kTile + at] = x;
        if (a.scores && firstHead + g < a.group) a.scores[(int64_t(headIndex) * a.group + firstHead + g) * a.scoresStride + slot0 + at] = x;
      }
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

/// Adds p v over the tile's slots, `values` their rows: a thread takes eight channels (`column`) of every `rows`th slot from `row` on.
template <Type elem, int kHeads>
__device__ void addValues(const char* values, int count, int column, int row, int rows, int64_t rowBytes, const Room& room,
                          float (&sum)[kHeads][kVector]) {
#pragma unroll
  for (int g = 0; g < kHeads; ++g)
    for (int i = 0; i < kVector; ++i) sum[g][i] *= room.factor[g];
  if (row >= rows) return;
  for (int first = row; first < count; first += rows * kValueRows) {
    Packed8<elem> packed[kValueRows];
#pragma unroll
    for (int b = 0; b < kValueRows; ++b) {
      const int at = first + b * rows;
      packed[b] = fetch8<elem>(values + (at < count ? at : count - 1) * rowBytes, column);
    }
#pragma unroll
    for (int b = 0; b < kValueRows; ++b) {
      const int at = first + b * rows;
      if (at >= count) break;
      float v[kVector];
      unpack8<elem>(packed[b], v);
#pragma unroll
      for (int g = 0; g < kHeads; ++g) {
        const float p = room.scores[g * kTile + at];
        for (int i = 0; i < kVector; ++i) sum[g][i] = fmaf(p, v[i], sum[g][i]);
      }
    }
  }
}

/// The parts of a head's items joined into its first one: sum o_i e^(m_i - m), m, sum l_i e^(m_i - m). By the block that ended last; what the others
/// wrote is read past the first cache.
__device__ void joinItems(const DecodeAttentionArgs& a, const PlacedItem& item, float* rows) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, d = a.headDim;
  const int64_t step = int64_t(a.group) * (d + 2);
  for (int g = 0; g < a.group; ++g) {
    float* parts = a.partial + (int64_t(item.firstItem) * a.group + g) * (d + 2);
    float m = -INFINITY, l = 0;
    for (int i = lane; i < item.items; i += kWarp) m = fmaxf(m, __ldcg(parts + i * step + d));
    m = warpMax(m);
    for (int i = lane; i < item.items; i += kWarp) {
      const float mi = __ldcg(parts + i * step + d);
      if (mi > -INFINITY) l += __ldcg(parts + i * step + d + 1) * expf(mi - m);
    }
    l = warpSum(l);
    for (int c = lane; c < d; c += kWarp) {  // each warp adds up every fourth item
      float o = 0;
#pragma unroll 4
      for (int i = warp; i < item.items; i += kWarps) {
        const float mi = __ldcg(parts + i * step + d), x = __ldcg(parts + i * step + c);
        o = fmaf(x, mi > -INFINITY ? expf(mi - m) : 0.f, o);
      }
      rows[warp * d + c] = o;
    }
    __syncthreads();
    for (int c = int(threadIdx.x); c < d; c += kThreads) {
      float o = 0;
      for (int w = 0; w < kWarps; ++w) o += rows[w * d + c];
      parts[c] = o;
    }
    if (threadIdx.x == 0) {
      parts[d] = m;
      parts[d + 1] = l;
    }
    __syncthreads();
  }
}

/// kBlocks: heads may have quantised blocks.
template <Type elem, int kHeads, bool kBlocks>
__global__ void __launch_bounds__(kThreads) decodeAttentionKernel(const DecodeAttentionArgs a) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  waitForLaunchBefore();
  letNextLaunchBegin();  // its weights
  const PlacedItem placed = placedItemAt(a.heads, a.kvHeads, a.plan->chunk, int(blockIdx.x), int(threadIdx.x) % kWarp);
  const WorkItem item = placed.work;
  if (item.count == 0) return;
  const Room room = carve<kHeads>(shared, a.group, a.headDim);
  const HeadState head = a.heads[item.head];
  const int d = a.headDim, vectors = d / kVector, rows = kThreads / vectors;
  const int column = int(threadIdx.x) % vectors, row = int(threadIdx.x) / vectors;
  const int64_t rowBytes = int64_t(d) * bytesOf(elem), blockBytes = kBlocks ? blockBytesOf(a.form, d) : 0;
  fetchTile(tileAt<kBlocks>(head, item.first, item.count, rowBytes, blockBytes));
  prepare(a, head, item, room);

  for (int firstHead = 0; firstHead < a.group; firstHead += kHeads) {
    if (threadIdx.x < kHeads) {
      room.most[threadIdx.x] = -INFINITY;
      room.sum[threadIdx.x] = 0;
    }
    __syncthreads();
    float sum[kHeads][kVector] = {};
    for (int done = 0; done < item.count;) {
      const int slot0 = item.first + done;
      const Tile tile = tileAt<kBlocks>(head, slot0, item.count - done, rowBytes, blockBytes);
      done += tile.count;
      if (done < item.count) fetchTile(tileAt<kBlocks>(head, item.first + done, item.count - done, rowBytes, blockBytes));
      if (kBlocks && tile.block) {
        const char* block = reinterpret_cast<const char*>(room.block);
        readBlock(a.form, false, tile.k, d, room.block);
        scoreTile<Type::F32, kHeads>(a, head, block, item.head, firstHead, slot0, tile.count, room);
        softenTile<kHeads>(tile.count, room);
        readBlock(a.form, true, tile.v, d, room.block);
        addValues<Type::F32, kHeads>(block, tile.count, column, row, rows, int64_t(d) * bytesOf(Type::F32), room, sum);
      } else {
        scoreTile<elem, kHeads>(a, head, tile.k, item.head, firstHead, slot0, tile.count, room);
        softenTile<kHeads>(tile.count, room);
        addValues<elem, kHeads>(tile.v, tile.count, column, row, rows, rowBytes, room, sum);
      }
      __syncthreads();  // the scores' place, and the block's, is free again
    }
    if (row < rows) {
#pragma unroll
      for (int g = 0; g < kHeads; ++g)
        for (int i = 0; i < kVector; ++i) room.parts[(g * rows + row) * d + column * kVector + i] = sum[g][i];
    }
    __syncthreads();
    const int heads = a.group - firstHead < kHeads ? a.group - firstHead : kHeads;
    float* out = a.partial + (int64_t(blockIdx.x) * a.group + firstHead) * (d + 2);
    for (int i = int(threadIdx.x); i < heads * d; i += kThreads) {
      const int g = i / d, c = i % d;
      float x = 0;
      for (int r = 0; r < rows; ++r) x += room.parts[(g * rows + r) * d + c];
      out[g * (d + 2) + c] = x;
    }
    if (int(threadIdx.x) < heads) {
      out[int(threadIdx.x) * (d + 2) + d] = room.most[threadIdx.x];
      out[int(threadIdx.x) * (d + 2) + d + 1] = room.sum[threadIdx.x];
    }
    __syncthreads();
  }

  if (placed.items == 1) return;
  __shared__ int endedLast;
  __threadfence();  // what this thread wrote of its part comes before the count
  __syncthreads();
  if (threadIdx.x == 0) endedLast = atomicAdd(&a.plan->arrived[item.head], 1) == placed.items - 1;
  __syncthreads();
  if (!endedLast) return;
  __threadfence();
  joinItems(a, placed, room.rows);
}

template <Type elem, int kHeads, bool kBlocks>
void launchWith(const DecodeAttentionArgs& a, Stream s) {
  const int64_t bytes = roomFloats<kHeads>(a.group, a.headDim, kBlocks) * int64_t(sizeof(float));
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED((decodeAttentionKernel<elem, kHeads, kBlocks>), bytes);
  PRESSLAB_LAUNCH_EARLY(a.early, (decodeAttentionKernel<elem, kHeads, kBlocks>), a.items, kThreads, bytes, s, a);
}

template <Type elem, int kHeads>
void launch(const DecodeAttentionArgs& a, Stream s) {
  if (a.form == kernels::KvForm::None)
    launchWith<elem, kHeads, false>(a, s);
  else
    launchWith<elem, kHeads, true>(a, s);
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
  const int qh = int(blockIdx.x), h = qh / in.group, length = in.heads[h].length;
  if (length == 0) return;
  const int item = firstItemOf(in.heads, h, in.plan->chunk, int(threadIdx.x) % kWarp);
  const float* end = in.partial + (int64_t(item) * in.group + qh % in.group) * (in.headDim + 2) + in.headDim;
  const float m = end[0], l = end[1];
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
