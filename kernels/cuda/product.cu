// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Matrices times one vector. Every block makes the vector itself (a norm, a merge of attention's parts, or a copy) in shared memory: for one token
// that costs less than another launch and another trip through memory. Then a warp takes a row at a time.
#include "kernels/cuda/block_reduce.cuh"
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/row_norm.cuh"
#include "kernels/cuda/weights.cuh"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256, kRowsAtOnce = kThreads / kWarp;
constexpr int kMostBlocks = 1024;            // beyond, a warp takes several rows: the vector is made less often

enum class Source { Plain, Norm, Merge };

/// What a block needs to make the vector.
struct VectorSource {
  const float* plain;
  NormInput norm;
  MergeInput merge;
};

/// Shared memory of a block: the vector in float32 (spread), and where quantised rows want it, in groups of 32.
struct SharedVector {
  float* x;
  int* words;
  float *scale, *sum, *scratch;
};

__host__ __device__ inline int64_t floatsOf(int cols) { return (cols + (cols + kGroup - 1) / kGroup + 3) / 4 * 4; }
__host__ __device__ inline int64_t groupsOf(int cols) { return (cols + kGroup - 1) / kGroup; }
__host__ __device__ inline int64_t sharedFloats(int cols) { return floatsOf(cols) + groupsOf(cols) * (kGroupWords + 2) + kWarp; }

__device__ SharedVector carve(float* shared, int cols) {
  SharedVector v;
  v.x = shared;
  v.words = reinterpret_cast<int*>(shared + floatsOf(cols));
  v.scale = reinterpret_cast<float*>(v.words + groupsOf(cols) * kGroupWords);
  v.sum = v.scale + groupsOf(cols);
  v.scratch = v.sum + groupsOf(cols);
  return v;
}

/// x' = x + post(delta), then norm(x').
__device__ void makeNormed(const NormInput& in, int cols, const SharedVector& v) {
  const auto at = [&](int c) -> float& { return v.x[spread(c)]; };
  bool bad = false;
  if (in.delta) {
    for (int c = int(threadIdx.x); c < cols; c += kThreads) at(c) = in.delta[c];
    normalise(in.post, cols, at, v.scratch);
  }
  for (int c = int(threadIdx.x); c < cols; c += kThreads) {
    const float value = in.delta ? in.x[c] + at(c) : in.x[c];
    bad = bad || !isfinite(value);
    at(c) = value;
    if (in.xOut && blockIdx.x == 0) in.xOut[c] = value;
  }
  if (bad && in.token && blockIdx.x == 0) atomicMin(&in.token->bad, in.layer);
  normalise(in.norm, cols, at, v.scratch);
}

/// The parts of a layer's attention joined: o = sum o_i e^(m_i - m) / sum l_i e^(m_i - m). A warp takes a query head.
__device__ void makeMerged(const MergeInput& in, const SharedVector& v) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, stride = in.headDim + 2;
  for (int qh = warp; qh < in.kvHeads * in.group; qh += kRowsAtOnce) {
    const int h = qh / in.group, g = qh % in.group, chunk = in.plan->chunk, count = itemsOf(in.heads[h].length, chunk);
    int base = 0;
    for (int i = 0; i < h; ++i) base += itemsOf(in.heads[i].length, chunk);
    const float* parts = in.partial + (int64_t(base) * in.group + g) * stride;
    const int64_t step = int64_t(in.group) * stride;
    float m = -INFINITY;
    for (int i = lane; i < count; i += kWarp) m = fmaxf(m, parts[i * step + in.headDim]);
    m = warpMax(m);
    float l = 0;
    for (int i = lane; i < count; i += kWarp) {
      const float mi = parts[i * step + in.headDim];
      if (mi > -INFINITY) l += parts[i * step + in.headDim + 1] * expf(mi - m);
    }
    l = warpSum(l);
    for (int d = lane; d < in.headDim; d += kWarp) {
      float o = 0;
      for (int i = 0; i < count; ++i) {
        const float mi = parts[i * step + in.headDim];
        if (mi > -INFINITY) o = fmaf(parts[i * step + d], expf(mi - m), o);
      }
      v.x[spread(qh * in.headDim + d)] = l > 0 ? o / l : 0.f;
    }
  }
}

/// Groups of 32 as bytes: a warp takes a group, a lane a value.
__device__ void quantise(int cols, const SharedVector& v) {
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  for (int g = warp; g < cols / kGroup; g += kRowsAtOnce) {
    const float value = v.x[spread(g * kGroup + lane)];
    // A value that is no number makes the group's scale infinite, so that it reaches the results.
    const float d = warpMax(isfinite(value) ? fabsf(value) : INFINITY) / 127.f;
    const int q = d > 0 && isfinite(d) ? __float2int_rn(value / d) : 0;
    reinterpret_cast<signed char*>(v.words + g * kGroupWords)[lane] = static_cast<signed char>(q);
    const int sum = __reduce_add_sync(kFullWarp, q);
    if (lane == 0) {
      v.scale[g] = d;
      v.sum[g] = d * float(sum);
    }
  }
}

__device__ inline bool isQuantised(Type t) { return t != Type::F32 && t != Type::F16 && t != Type::BF16; }

/// A row's product; every lane has it.
__device__ float rowProduct(const DeviceMatrix& w, int row, bool exact, const SharedVector& v, int lane) {
  if (exact || !isQuantised(w.type)) return warpSum(laneProduct(w, row, v.x, lane));
  const QuantisedVector q{v.words, v.scale, v.sum};
  float sum = 0;
  for (int g = lane; g < w.cols / kGroup; g += kWarp) sum += dotGroup(w, row, g, q);
  return warpSum(sum);
}

template <Source source>
__global__ void __launch_bounds__(kThreads) productKernel(const VectorSource in, const ProductArgs a, int rows) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  const int cols = a.matrix[0].cols, warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp;
  const SharedVector v = carve(shared, cols);
  if (source == Source::Norm) {
    makeNormed(in.norm, cols, v);
  } else if (source == Source::Merge) {
    makeMerged(in.merge, v);
  } else {
    for (int c = int(threadIdx.x); c < cols; c += kThreads) v.x[spread(c)] = in.plain[c];
  }
  __syncthreads();
  bool anyQuantised = false;
  for (int i = 0; i < a.count; ++i) anyQuantised = anyQuantised || isQuantised(a.matrix[i].type);
  if (!a.exact && anyQuantised) {
    quantise(cols, v);
    __syncthreads();
  }
  bool bad = false;
  for (int r = int(blockIdx.x) * kRowsAtOnce + warp; r < rows; r += int(gridDim.x) * kRowsAtOnce) {
    if (a.gated || a.activated) {
      float y = rowProduct(a.matrix[0], r, a.exact, v, lane) + (a.bias[0] ? a.bias[0][r] : 0.f);
      y = activation(a.act, y);
      if (a.gated) y *= rowProduct(a.matrix[1], r, a.exact, v, lane) + (a.bias[1] ? a.bias[1][r] : 0.f);
      if (lane == 0) a.out[0][r] = y;
      continue;
    }
    int i = 0, row = r;
    while (row >= a.matrix[i].rows) row -= a.matrix[i++].rows;
    const float y = rowProduct(a.matrix[i], row, a.exact, v, lane) + (a.bias[i] ? a.bias[i][row] : 0.f);
    bad = bad || !isfinite(y);
    if (lane == 0) a.out[i][row] = y;
  }
  if (bad && a.token) atomicMin(&a.token->bad, a.layer);
}

template <Source source>
void launch(const VectorSource& in, const ProductArgs& a, Stream s) {
  int rows = 0;
  if (a.gated || a.activated)
    rows = a.matrix[0].rows;
  else
    for (int i = 0; i < a.count; ++i) rows += a.matrix[i].rows;
  const int blocks = (rows + kRowsAtOnce - 1) / kRowsAtOnce;
  const int64_t bytes = sharedFloats(a.matrix[0].cols) * int64_t(sizeof(float));
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED(productKernel<source>, bytes);
  PRESSLAB_LAUNCH(productKernel<source>, blocks < kMostBlocks ? blocks : kMostBlocks, kThreads, bytes, s, in, a, rows);
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
