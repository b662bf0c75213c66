// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Causal attention of a chunk on tensor cores (FlashAttention 2's order of work). Rows are those of prefill_attention.cu: the query heads of a KV
// head side by side. A warp owns 16 rows: its scores, probabilities and outputs never leave its registers. Values of a tile are on their way while
// its scores are made, keys of the next tile while the values are used.
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/mma.cuh"
#include "kernels/cuda/prefill_half.h"

namespace presslab::cuda {
namespace {

constexpr int kWarps = 4, kThreads = kWarps * kWarp;
constexpr int kRows = 16 * kWarps;
constexpr int kMostDims = 256;
constexpr float kLog2e = 1.4426950408889634f;

/// What depends on the head dim: D, of which a smaller one uses a part. A row in shared memory is an odd number of 16 bytes longer than the one
/// before, so that eight rows of a matrix lie in different banks.
template <int D>
struct Shape {
  static constexpr int kKeys = D > 128 ? 32 : 64;  // of a tile
  static constexpr int kStride = D + 8;            // elements
  static constexpr bool kQueriesInRegisters = D <= 128;
  static constexpr int64_t kBytes = int64_t(kRows + 2 * kKeys) * kStride * 2;
};

/// A thread's two rows of its warp's 16: g and g + 8.
struct Row {
  int position, queryHead;
  int64_t at;  // of its first value in q and out; -1: beyond the chunk
};

__device__ inline Row rowAt(const PrefillAttentionArgs& a, int kvHead, int row) {
  const int last = a.n * a.group - 1, r = row < last ? row : last, token = r / a.group, head = kvHead * a.group + r % a.group;
  return {a.start + token, head, row <= last ? (int64_t(token) * a.kvHeads * a.group + head) * a.headDim : -1};
}

/// Starts copies of rows [key0, key0 + keys) of a head; rows from `end` on become zeros.
template <int D>
__device__ void fetch(uint16_t* tile, const void* rows, int key0, int end, int headDim) {
  const int vectors = headDim / kVector;
  const auto* from = static_cast<const uint16_t*>(rows);
  for (int i = int(threadIdx.x); i < Shape<D>::kKeys * vectors; i += kThreads) {
    const int key = i / vectors, v = i % vectors;
    const bool there = key0 + key < end;
    copyLater(tile + key * Shape<D>::kStride + v * kVector, there ? from + int64_t(key0 + key) * headDim + v * kVector : from, there);
  }
  endCopies();
}

/// The block's queries, rounded; channels beyond the head dim and rows beyond the chunk are zero.
template <Type elem, int D>
__device__ void loadQueries(const PrefillAttentionArgs& a, int kvHead, int first, uint16_t* tile) {
  for (int i = int(threadIdx.x); i < kRows * D / 2; i += kThreads) {
    const int r = i / (D / 2), c = i % (D / 2) * 2;
    const Row row = rowAt(a, kvHead, first + r);
    unsigned pair = 0;
    if (row.at >= 0 && c < a.headDim) pair = packPair<elem>(a.q[row.at + c], a.q[row.at + c + 1]);
    *reinterpret_cast<unsigned*>(tile + r * Shape<D>::kStride + c) = pair;
  }
}

/// q.k of a warp's 16 rows with the keys of a tile, in C fragments of 8 keys.
template <Type elem, int D>
__device__ void products(const unsigned (*queries)[4], const uint16_t* queryTile, const uint16_t* keyTile, float (*scores)[4]) {
  constexpr int kStride = Shape<D>::kStride, kParts = Shape<D>::kKeys / 8;
  const int lane = int(threadIdx.x) % kWarp;
#pragma unroll
  for (int j = 0; j < kParts; ++j)
    for (int i = 0; i < 4; ++i) scores[j][i] = 0;
#pragma unroll
  for (int k = 0; k < D / 16; ++k) {
    unsigned loaded[4];
    if constexpr (!Shape<D>::kQueriesInRegisters) loadMatrices(loaded, queryTile + lane % 16 * kStride + 16 * k + lane / 16 * 8);
#pragma unroll
    for (int j = 0; j < kParts; j += 2) {  // matrices: keys 0..7 and 8..15 of 16, channels 0..7 and 8..15 each
      unsigned b[4];
      loadMatrices(b, keyTile + (8 * j + lane / 16 * 8 + lane % 8) * kStride + 16 * k + lane / 8 % 2 * 8);
      if constexpr (Shape<D>::kQueriesInRegisters) {
        mmaAdd<elem>(scores[j], queries[k], b[0], b[1]);
        mmaAdd<elem>(scores[j + 1], queries[k], b[2], b[3]);
      } else {
        mmaAdd<elem>(scores[j], loaded, b[0], b[1]);
        mmaAdd<elem>(scores[j + 1], loaded, b[2], b[3]);
      }
    }
  }
}

/// out += probabilities times the values of a tile.
template <Type elem, int D>
__device__ void addValues(const float (*p)[4], const uint16_t* valueTile, float (*out)[4]) {
  constexpr int kStride = Shape<D>::kStride;
  const int lane = int(threadIdx.x) % kWarp;
#pragma unroll
  for (int j = 0; j < Shape<D>::kKeys / 16; ++j) {
    const unsigned a[4] = {packPair<elem>(p[2 * j][0], p[2 * j][1]), packPair<elem>(p[2 * j][2], p[2 * j][3]),
                           packPair<elem>(p[2 * j + 1][0], p[2 * j + 1][1]), packPair<elem>(p[2 * j + 1][2], p[2 * j + 1][3])};
#pragma unroll
    for (int c = 0; c < D / 8; c += 2) {  // matrices: keys 0..7 and 8..15, then the same of the next 8 channels
      unsigned b[4];
      loadTransposed(b, valueTile + (16 * j + lane % 16) * kStride + 8 * c + lane / 16 * 8);
      mmaAdd<elem>(out[c], a, b[0], b[1]);
      mmaAdd<elem>(out[c + 1], a, b[2], b[3]);
    }
  }
}

/// Largest or sum of a row: it lies in four neighbouring lanes.
__device__ inline float rowMax(float v) {
  v = fmaxf(v, __shfl_xor_sync(kFullWarp, v, 1));
  return fmaxf(v, __shfl_xor_sync(kFullWarp, v, 2));
}
__device__ inline float rowSum(float v) {
  v += __shfl_xor_sync(kFullWarp, v, 1);
  return v + __shfl_xor_sync(kFullWarp, v, 2);
}

/// Leaves scaled scores of window queries for the presses and takes what a row does not see out of the running.
template <int kParts>
__device__ void mask(const PrefillAttentionArgs& a, const Row (&rows)[2], int key0, bool leaves, float (*scores)[4]) {
  const int t = int(threadIdx.x) % 4;
#pragma unroll
  for (int j = 0; j < kParts; ++j) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const Row& row = rows[i / 2];
      const int key = key0 + 8 * j + 2 * t + i % 2;
      const bool seen = key <= row.position && (a.window == 0 || row.position - key < a.window);
      const int64_t left = row.position - (a.tokens - a.windowQueries);
      if (leaves && seen && row.at >= 0 && left >= 0)
        a.windowScores[(int64_t(row.queryHead) * a.windowQueries + left) * a.tokens + key] = scores[j][i] * a.scale;
      if (!seen) scores[j][i] = -INFINITY;
    }
  }
}

/// Scores become exp(scale (score - largest)); sums and outputs so far follow the new maximum.
template <int kParts, int kOutParts>
__device__ void softmaxStep(float scale, float (*scores)[4], float (&most)[2], float (&sum)[2], float (*out)[4]) {
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    float top = most[r];
#pragma unroll
    for (int j = 0; j < kParts; ++j) top = fmaxf(top, fmaxf(scores[j][2 * r], scores[j][2 * r + 1]));
    top = rowMax(top);
    const float base = top > -INFINITY ? top * scale : 0.f;  // a row that has seen nothing yet stays at zero
    const float factor = exp2f(fmaf(most[r], scale, -base));
    most[r] = top;
    float added = 0;
#pragma unroll
    for (int j = 0; j < kParts; ++j) {
#pragma unroll
      for (int i = 2 * r; i < 2 * r + 2; ++i) {
        scores[j][i] = exp2f(fmaf(scores[j][i], scale, -base));
        added += scores[j][i];
      }
    }
    sum[r] = sum[r] * factor + added;  // of this lane's columns; joined at the end
#pragma unroll
    for (int c = 0; c < kOutParts; ++c) {
      out[c][2 * r] *= factor;
      out[c][2 * r + 1] *= factor;
    }
  }
}

__device__ inline void storePair(Type type, void* out, int64_t i, float a, float b) {
  if (type == Type::F32)
    *reinterpret_cast<float2*>(static_cast<float*>(out) + i) = make_float2(a, b);
  else
    *reinterpret_cast<unsigned*>(static_cast<uint16_t*>(out) + i) = type == Type::F16 ? packPair<Type::F16>(a, b) : packPair<Type::BF16>(a, b);
}

template <int D>
__device__ void store(const PrefillAttentionArgs& a, const Row (&rows)[2], const float (&sum)[2], const float (*out)[4]) {
  const int t = int(threadIdx.x) % 4;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const float total = rowSum(sum[r]), inverse = 1.f / total;  // a row sees itself at least
    if (rows[r].at < 0) continue;
#pragma unroll
    for (int c = 0; c < D / 8; ++c)
      if (8 * c < a.headDim) storePair(a.outType, a.out, rows[r].at + 8 * c + 2 * t, out[c][2 * r] * inverse, out[c][2 * r + 1] * inverse);
  }
}

template <Type elem, int D>
__global__ void __launch_bounds__(kThreads) prefillHalfKernel(const PrefillAttentionArgs a) {
  constexpr int kKeys = Shape<D>::kKeys, kStride = Shape<D>::kStride, kParts = kKeys / 8;
  PRESSLAB_DYNAMIC_SHARED(uint16_t, shared);
  uint16_t *queryTile = shared, *keyTile = queryTile + kRows * kStride, *valueTile = keyTile + kKeys * kStride;
  const int h = int(blockIdx.y), warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const int first = int(gridDim.x - 1 - blockIdx.x) * kRows;  // the rows that see most begin first
  const HeadState head = a.cache[h];
  // Channels beyond the head dim stay zero.
  for (int i = int(threadIdx.x); i < 2 * kKeys * kStride / 2; i += kThreads) reinterpret_cast<unsigned*>(keyTile)[i] = 0;
  loadQueries<elem, D>(a, h, first, queryTile);
  __syncthreads();
  const int firstPosition = rowAt(a, h, first).position, lastPosition = rowAt(a, h, first + kRows - 1).position;
  const int low = a.window > 0 && firstPosition - a.window + 1 > 0 ? (firstPosition - a.window + 1) / kKeys * kKeys : 0;
  fetch<D>(keyTile, head.k, low, lastPosition + 1, a.headDim);

  const int row0 = first + 16 * warp;  // of this warp
  const int warpFirst = rowAt(a, h, row0).position, warpLast = rowAt(a, h, row0 + 15).position;
  const Row rows[2] = {rowAt(a, h, row0 + lane / 4), rowAt(a, h, row0 + lane / 4 + 8)};
  const bool leaves = a.windowScores && warpLast >= a.tokens - a.windowQueries;
  const float scale = a.scale * kLog2e;
  uint16_t* const ownQueries = queryTile + 16 * warp * kStride;
  unsigned queries[Shape<D>::kQueriesInRegisters ? D / 16 : 1][4];
  if constexpr (Shape<D>::kQueriesInRegisters) {
#pragma unroll
    for (int k = 0; k < D / 16; ++k) loadMatrices(queries[k], ownQueries + lane % 16 * kStride + 16 * k + lane / 16 * 8);
  }
  float most[2] = {-INFINITY, -INFINITY}, sum[2] = {}, out[D / 8][4] = {}, scores[kParts][4];
  for (int key0 = low; key0 <= lastPosition; key0 += kKeys) {
    // Tiles above this warp's part of the diagonal or below its window have nothing for it.
    const bool works = row0 < a.n * a.group && key0 <= warpLast && (a.window == 0 || key0 + kKeys - 1 > warpFirst - a.window);
    awaitCopies();
    __syncthreads();  // keys are there; the values before are done with
    fetch<D>(valueTile, head.v, key0, lastPosition + 1, a.headDim);
    if (works) {
      products<elem, D>(queries, ownQueries, keyTile, scores);
      const bool whole = key0 + kKeys - 1 <= warpFirst && (a.window == 0 || warpLast - key0 < a.window);
      if (!whole || leaves) mask<kParts>(a, rows, key0, leaves, scores);
      softmaxStep<kParts, D / 8>(scale, scores, most, sum, out);
    }
    awaitCopies();
    __syncthreads();  // values are there; the keys are done with
    if (key0 + kKeys <= lastPosition) fetch<D>(keyTile, head.k, key0 + kKeys, lastPosition + 1, a.headDim);
    if (works) addValues<elem, D>(scores, valueTile, out);
  }
  store<D>(a, rows, sum, out);
}

template <Type elem, int D>
void launch(const PrefillAttentionArgs& a, Stream s) {
  constexpr int64_t bytes = Shape<D>::kBytes;
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED((prefillHalfKernel<elem, D>), bytes);
  const dim3 grid(unsigned((int64_t(a.n) * a.group + kRows - 1) / kRows), unsigned(a.kvHeads));
  PRESSLAB_LAUNCH((prefillHalfKernel<elem, D>), grid, kThreads, bytes, s, a);
}

template <Type elem>
void launchFor(const PrefillAttentionArgs& a, Stream s) {
  if (a.headDim <= 64) return launch<elem, 64>(a, s);
  if (a.headDim <= 96) return launch<elem, 96>(a, s);
  if (a.headDim <= 128) return launch<elem, 128>(a, s);
  launch<elem, kMostDims>(a, s);
}

}  // namespace

bool hasPrefillHalf(const PrefillAttentionArgs& a) {
  return (a.elem == Type::F16 || a.elem == Type::BF16) && a.headDim % kVector == 0 && a.headDim <= kMostDims;
}

void prefillHalf(const PrefillAttentionArgs& a, Stream s) {
  if (a.elem == Type::F16)
    launchFor<Type::F16>(a, s);
  else
    launchFor<Type::BF16>(a, s);
}

}  // namespace presslab::cuda
