// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What happens to a chunk's rows between cuBLAS's products: a block or a warp a row.
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/head_rows.cuh"
#include "kernels/cuda/prefill_kernels.h"
#include "kernels/cuda/row_norm.cuh"
#include "kernels/cuda/weights.cuh"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kHeadThreads = 128, kHeadWarps = kHeadThreads / kWarp;

unsigned blocksFor(int64_t items, int threads) { return unsigned((items + threads - 1) / threads); }

__global__ void __launch_bounds__(kThreads)
    embedKernel(const int32_t* ids, int start, const DeviceMatrix embedding, float scale, const float* positions, float* x) {
  const int row = int(blockIdx.x), cols = embedding.cols;
  for (int c = int(threadIdx.x); c < cols; c += kThreads) {
    float value = elementAt(embedding, ids[row], c) * scale;
    if (positions) value += positions[int64_t(start + row) * cols + c];
    x[int64_t(row) * cols + c] = value;
  }
}

__global__ void __launch_bounds__(kThreads) dequantiseKernel(const DeviceMatrix w, int firstRow, Type out, void* to) {
  const int row = int(blockIdx.x);
  for (int c = int(threadIdx.x); c < w.cols; c += kThreads) storeElement(out, to, int64_t(row) * w.cols + c, elementAt(w, firstRow + row, c));
}

__global__ void __launch_bounds__(kThreads) normRowsKernel(const NormRowsArgs a) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  float *row = shared, *scratch = shared + a.hidden;
  const int64_t first = int64_t(blockIdx.x) * a.hidden;
  const auto at = [&](int c) -> float& { return row[c]; };
  if (a.delta) {
    for (int c = int(threadIdx.x); c < a.hidden; c += kThreads) row[c] = a.delta[first + c];
    normalise(a.post, a.hidden, at, scratch);
  }
  bool bad = false;
  for (int c = int(threadIdx.x); c < a.hidden; c += kThreads) {
    const float x = a.delta ? a.x[first + c] + row[c] : a.x[first + c];
    bad = bad || !isfinite(x);
    row[c] = x;
    if (a.delta) a.x[first + c] = x;
  }
  if (bad && a.bad) atomicMin(a.bad, int(blockIdx.x));
  if (!a.out && !a.record) return;
  normalise(a.norm, a.hidden, at, scratch);
  for (int c = int(threadIdx.x); c < a.hidden; c += kThreads) {
    if (a.out) storeElement(a.outType, a.out, first + c, row[c]);
    if (a.record) a.record[first + c] = row[c];
  }
}

__global__ void __launch_bounds__(kThreads) activateKernel(const float* gate, const float* gateBias, const float* up, const float* upBias, Act act,
                                                           int width, int64_t count, Type outType, void* out) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= count) return;
  const int c = int(i % width);
  float y = activation(act, gate[i] + (gateBias ? gateBias[c] : 0.f));
  if (up) y *= up[i] + (upBias ? upBias[c] : 0.f);
  storeElement(outType, out, i, y);
}

__global__ void __launch_bounds__(kThreads) addBiasKernel(float* rows, const float* bias, int width, int64_t count) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x;
  if (i < count) rows[i] += bias[i % width];
}

/// A warp takes a head of a row: all query heads, then keys, then values.
__global__ void __launch_bounds__(kHeadThreads) projectKernel(const ProjectRowsArgs a) {
  PRESSLAB_DYNAMIC_SHARED(float, shared);
  const int warp = int(threadIdx.x) / kWarp, lane = int(threadIdx.x) % kWarp, d = a.headDim;
  float* row = shared + warp * d;
  const int64_t item = int64_t(blockIdx.x) * kHeadWarps + warp;
  const int heads = a.heads + 2 * a.kvHeads, head = int(item % heads), i = int(item / heads);
  if (i >= a.n) return;                      // whole warps end together
  const bool query = head < a.heads, key = !query && head < a.heads + a.kvHeads;
  const int h = query ? head : key ? head - a.heads : head - a.heads - a.kvHeads, count = query ? a.heads : a.kvHeads;
  float* from = (query ? a.q : key ? a.k : a.v) + (int64_t(i) * count + h) * d;
  const float* bias = query ? a.qBias : key ? a.kBias : a.vBias;
  for (int c = lane; c < d; c += kWarp) row[c] = from[c] + (bias ? bias[h * d + c] : 0.f);
  __syncwarp();
  const int64_t position = a.start + i;
  if (query || key) {
    normHead(row, d, query ? a.qNorm : a.kNorm, lane);
    if (query && a.record) {
      for (int c = lane; c < d; c += kWarp) a.record[(int64_t(i) * count + h) * d + c] = row[c];
      __syncwarp();                          // before other lanes turn what this one records
    }
    const int64_t angles = position * (a.ropeDim / 2);
    turnHead(row, a.ropeDim, a.cos ? a.cos + angles : nullptr, a.sin ? a.sin + angles : nullptr, lane);
  }
  if (query) {
    for (int c = lane; c < d; c += kWarp) from[c] = row[c];
    return;
  }
  void* to = key ? a.cache[h].k : a.cache[h].v;
  for (int c = lane; c < d; c += kWarp) storeElement(a.elem, to, position * d + c, row[c]);
}

}  // namespace

void embedRows(const int32_t* ids, int n, int start, const DeviceMatrix& embedding, float scale, const float* positions, float* x, Stream s) {
  PRESSLAB_LAUNCH(embedKernel, unsigned(n), kThreads, 0, s, ids, start, embedding, scale, positions, x);
}

void dequantise(const DeviceMatrix& w, int firstRow, int rows, Type out, void* to, Stream s) {
  PRESSLAB_LAUNCH(dequantiseKernel, unsigned(rows), kThreads, 0, s, w, firstRow, out, to);
}

void normRows(const NormRowsArgs& a, Stream s) {
  const int64_t bytes = (int64_t(a.hidden) + kWarp) * int64_t(sizeof(float));
  if (bytes > kSharedWithoutAsking) PRESSLAB_ALLOW_SHARED(normRowsKernel, bytes);
  PRESSLAB_LAUNCH(normRowsKernel, unsigned(a.n), kThreads, bytes, s, a);
}

void activateRows(const float* gate, const float* gateBias, const float* up, const float* upBias, Act act, int n, int width, Type outType, void* out,
                  Stream s) {
  const int64_t count = int64_t(n) * width;
  PRESSLAB_LAUNCH(activateKernel, blocksFor(count, kThreads), kThreads, 0, s, gate, gateBias, up, upBias, act, width, count, outType, out);
}

void addBias(float* rows, const float* bias, int n, int width, Stream s) {
  const int64_t count = int64_t(n) * width;
  PRESSLAB_LAUNCH(addBiasKernel, blocksFor(count, kThreads), kThreads, 0, s, rows, bias, width, count);
}

void projectRows(const ProjectRowsArgs& a, Stream s) {
  const int64_t items = int64_t(a.n) * (a.heads + 2 * a.kvHeads);
  PRESSLAB_LAUNCH(projectKernel, blocksFor(items, kHeadWarps), kHeadThreads, int64_t(kHeadWarps) * a.headDim * int64_t(sizeof(float)), s, a);
}

}  // namespace presslab::cuda
