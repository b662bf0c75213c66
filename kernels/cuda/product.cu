// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Matrices times one vector. Every block makes the vector itself (a norm, attention's outputs, or a copy) in shared memory: for one token
// that costs less than another launch and another trip through memory. Then each warp takes a tile of rows of one matrix at a time.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/row_norm.cuh"
#include "kernels/cuda/row_products.cuh"
#include "kernels/cuda/work_items.cuh"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256, kWarps = kThreads / kWarp;
constexpr int kMostBlocks = 512;                     // beyond, a warp takes several tiles: the vector is made less often
constexpr int kManyRows = 3 * kMostBlocks * kWarps;  // from here on a warp takes several rows at once

enum class Source { Plain, Norm, Merge };

/// What a block needs to make the vector.
struct VectorSource {
  const float* plain;
  NormInput norm;
  MergeInput merge;
};

/// How rows are dealt out: a warp is 32 / lanes teams.
struct Deal {
  int lanes;  // of a team
  int tiles;  // of all matrices
};

__host__ __device__ inline int groupsOf(int cols) { return (cols + kGroup - 1) / kGroup; }
/// Shared memory of a block in floats: the vector, its bytes and steps, room for reductions.
__host__ __device__ inline int64_t sharedFloats(int cols) { return Places(cols).floats(cols) + groupsOf(cols) * 10 + kWarp; }

/// Returns the room for reductions.
__device__ float* carve(float* shared, int cols, SharedVector& v) {
  const Places place(cols);
  const int groups = groupsOf(cols);
  v.x = shared;
  v.half = place.half;
  v.bytes.low = reinterpret_cast<int4*>(shared + place.floats(cols));
  v.bytes.high = v.bytes.low + groups;
  v.bytes.step = reinterpret_cast<float2*>(v.bytes.high + groups);
  return reinterpret_cast<float*>(v.bytes.step + groups);
}

/// x' = x + post(delta), then norm(x').
__device__ void makeNormed(const NormInput& in, int cols, const SharedVector& v, float* scratch) {
  const Places place(cols);
  const auto at = [&](int c) -> float& { return v.x[place(c)]; };
  bool bad = false;
  if (in.delta) {
    for (int c = int(threadIdx.x); c < cols; c += kThreads) at(c) = in.delta[c];
    normalise(in.post, cols, at, scratch);
  }
  for (int c = int(threadIdx.x); c < cols; c += kThreads) {
    const float value = in.delta ? in.x[c] + at(c) : in.x[c];
    bad = bad || !isfinite(value);
    at(c) = value;
    if (in.xOut && blockIdx.x == 0) in.xOut[c] = value;
  }
  if (bad && in.token && blockIdx.x == 0) atomicMin(&in.token->bad, in.layer);
  normalise(in.norm, cols, at, scratch);
}

/// A layer's attention: what stands in the first item of each head, over its sum. A warp takes a query head.
__device__ void makeMerged(const MergeInput& in, const SharedVector& v) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const Places place(in.kvHeads * in.group * in.headDim);
  for (int qh = warp; qh < in.kvHeads * in.group; qh += kWarps) {
    const int h = qh / in.group, item = firstItemOf(in.heads, h, in.plan->chunk, lane);
    const float* part = in.partial + (int64_t(item) * in.group + qh % in.group) * (in.headDim + 2);
    const float sum = in.heads[h].length > 0 ? part[in.headDim + 1] : 0.f;
    for (int d = lane; d < in.headDim; d += kWarp) v.x[place(qh * in.headDim + d)] = sum > 0 ? part[d] / sum : 0.f;
  }
}

/// Groups of 32 as bytes: a warp takes a group, a lane a value.
__device__ void makeBytes(int cols, const SharedVector& v) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const Places place(cols);
  for (int g = warp; g < cols / kGroup; g += kWarps) {
    const float value = v.x[place(g * kGroup + lane)];
    // A value that is no number makes the group's step infinite, so that it reaches the results.
    const float d = warpMax(isfinite(value) ? fabsf(value) : INFINITY) / 127.f;
    const int q = d > 0 && isfinite(d) ? __float2int_rn(value / d) : 0;
    int4* half = (lane < 16 ? v.bytes.low : v.bytes.high) + g;
    reinterpret_cast<signed char*>(half)[lane % 16] = static_cast<signed char>(q);
    const int sum = __reduce_add_sync(kFullWarp, q);
    if (lane == 0) v.bytes.step[g] = make_float2(d, d * float(sum));
  }
}

/// A tile of rows: which matrix, and the first of the tile's rows in it.
struct Tile {
  int matrix, firstRow;
};
__device__ inline Tile tileAt(const ProductArgs& a, int tile, int rowsOfTile) {
  if (a.gated || a.activated) return {0, tile * rowsOfTile};
  int i = 0;
  for (; i + 1 < a.count; ++i) {
    const int tiles = (a.matrix[i].rows + rowsOfTile - 1) / rowsOfTile;
    if (tile < tiles) break;
    tile -= tiles;
  }
  return {i, tile * rowsOfTile};
}

/// Products of a team's rows; every lane of the team has them. Rows behind the last are the last again.
template <int kRows>
__device__ void teamProducts(const DeviceMatrix& w, int firstRow, bool exact, int lanes, const SharedVector& v, float (&sum)[kRows]) {
  const int lane = int(threadIdx.x) % kWarp, teams = kWarp / lanes;
  int row[kRows];
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    row[r] = firstRow + lane / lanes + r * teams;
    if (row[r] >= w.rows) row[r] = w.rows - 1;
    sum[r] = 0;
  }
  addRows<kRows>(w, row, exact, lanes, lane % lanes, v, sum);
  for (int o = lanes / 2; o > 0; o /= 2)
#pragma unroll
    for (int r = 0; r < kRows; ++r) sum[r] += __shfl_xor_sync(kFullWarp, sum[r], o);
}

template <Source source>
__device__ void makeVector(const VectorSource& in, const ProductArgs& a, const SharedVector& v, float* scratch) {
  const int cols = a.matrix[0].cols;
  if constexpr (source == Source::Norm) {
    makeNormed(in.norm, cols, v, scratch);
  } else if constexpr (source == Source::Merge) {
    makeMerged(in.merge, v);
  } else {
    const Places place(cols);
    for (int c = int(threadIdx.x); c < cols; c += kThreads) v.x[place(c)] = in.plain[c];
  }
  __syncthreads();
  bool anyQuantised = false;
  for (int i = 0; i < a.count; ++i) anyQuantised = anyQuantised || isQuantised(a.matrix[i].type);
  if (a.exact || !anyQuantised) return;
  makeBytes(cols, v);
  __syncthreads();
}

template <Source source, int kRows>
__global__ void __launch_bounds__(kThreads) productKernel(const VectorSource in, const ProductArgs a, const Deal deal) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, teams = kWarp / deal.lanes, rowsOfTile = teams * kRows;
  const int firstTile = int(blockIdx.x) * kWarps + warp;
  if (firstTile < deal.tiles) {
    const Tile t = tileAt(a, firstTile, rowsOfTile);
    const int left = a.matrix[t.matrix].rows - t.firstRow, rows = left < rowsOfTile ? left : rowsOfTile;
    fetchAhead(a.matrix[t.matrix], t.firstRow, rows, lane);
    if (a.gated) fetchAhead(a.matrix[1], t.firstRow, rows, lane);
  }
  SharedVector v;
  float* scratch = carve(shared, a.matrix[0].cols, v);
  waitForLaunchBefore();  // weights alone are read ahead of it
  makeVector<source>(in, a, v, scratch);
  letNextLaunchBegin();

  bool bad = false;
  for (int tile = firstTile; tile < deal.tiles; tile += int(gridDim.x) * kWarps) {
    const Tile t = tileAt(a, tile, rowsOfTile);
    const DeviceMatrix& w = a.matrix[t.matrix];
    float y[kRows], factor[kRows];
    teamProducts<kRows>(w, t.firstRow, a.exact, deal.lanes, v, y);
    if (a.gated) teamProducts<kRows>(a.matrix[1], t.firstRow, a.exact, deal.lanes, v, factor);
    if (lane % deal.lanes != 0) continue;
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const int row = t.firstRow + lane / deal.lanes + r * teams;
      if (row >= w.rows) continue;
      if (a.bias[t.matrix]) y[r] += a.bias[t.matrix][row];
      if (a.gated || a.activated) y[r] = activation(a.act, y[r]);
      if (a.gated) y[r] *= a.bias[1] ? factor[r] + a.bias[1][row] : factor[r];
      bad = bad || !isfinite(y[r]);
      a.out[t.matrix][row] = y[r];
    }
  }
  if (bad && a.token) atomicMin(&a.token->bad, a.layer);
}

/// Lanes of a team: fewer than a warp where rows are so narrow that lanes would be idle.
int lanesFor(const DeviceMatrix& w, bool exact) {
  if (isQuantised(w.type) && exact) return kWarp;
  const int units = isQuantised(w.type) ? w.cols / kGroup : w.cols / valuesOf16Bytes(w.type);
  int best = kWarp;
  for (const int lanes : {16, 8})
    if ((units + lanes - 1) / lanes * lanes < (units + best - 1) / best * best) best = lanes;
  return best;
}

template <Source source, int kRows>
void launchRows(const VectorSource& in, const ProductArgs& a, int lanes, Stream s) {
  const int rowsOfTile = kWarp / lanes * kRows, matrices = a.gated || a.activated ? 1 : a.count;
  int tiles = 0;
  for (int i = 0; i < matrices; ++i) tiles += (a.matrix[i].rows + rowsOfTile - 1) / rowsOfTile;
  const int blocks = (tiles + kWarps - 1) / kWarps;
  const int64_t bytes = sharedFloats(a.matrix[0].cols) * int64_t(sizeof(float));
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED((productKernel<source, kRows>), bytes);
  const Deal deal{lanes, tiles};
  PRESSLAB_LAUNCH_EARLY(a.early, (productKernel<source, kRows>), blocks < kMostBlocks ? blocks : kMostBlocks, kThreads, bytes, s, in, a, deal);
}

template <Source source>
void launch(const VectorSource& in, const ProductArgs& a, Stream s) {
  if constexpr (source == Source::Norm) {  // the only one in front of matrices with so many rows
    int rows = 0;
    for (int i = 0; i < a.count; ++i) rows += a.matrix[i].rows;
    if (rows >= kManyRows && !a.gated) return launchRows<source, 4>(in, a, lanesFor(a.matrix[0], a.exact), s);
  }
  launchRows<source, 1>(in, a, kWarp, s);
}

}  // namespace

void normProduct(const NormInput& in, const ProductArgs& a, Stream s) {
  VectorSource v{};
  v.norm = in;
  launch<Source::Norm>(v, a, s);
}

void product(const float* x, const ProductArgs& a, Stream s) {
  VectorSource v{};
  v.plain = x;
  launch<Source::Plain>(v, a, s);
}

void mergedProduct(const MergeInput& in, const ProductArgs& a, Stream s) {
  VectorSource v{};
  v.merge = in;
  launch<Source::Merge>(v, a, s);
}

}  // namespace presslab::cuda
