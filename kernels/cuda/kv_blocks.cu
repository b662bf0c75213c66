// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Rows of the cache into quantised blocks and back, and rows that close up behind those that went.
#include "kernels/cuda/elements.cuh"
#include "kernels/cuda/kv_codes.cuh"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 128, kWarps = kThreads / kWarp;

/// Where a warp's 32 channels stand: group g of blocks of `dim` channels, of a token, or of all tokens of a block.
struct Group {
  int64_t block;
  int token, channel;  // the first
};
__device__ inline Group groupAt(int64_t g, int dim, bool channels) {
  const int each = dim / kBlockTokens;
  if (channels) return {g / each, 0, int(g % each) * kBlockTokens};
  return {g / dim, int(g % dim) / each, int(g % each) * kBlockTokens};
}
int64_t groupsOf(KvForm form, bool values, int64_t blocks, int dim) { return byChannel(form, values) ? blocks * (dim / kBlockTokens) : blocks * dim; }
unsigned gridFor(int64_t groups) { return unsigned((groups + kWarps - 1) / kWarps); }

/// A warp writes group g of consecutive blocks; value(row, channel) reads what goes in.
template <class F>
__device__ void writeGroup(KvForm form, bool values, int64_t g, int dim, int64_t blockBytes, unsigned char* out, F&& value) {
  const int lane = int(threadIdx.x) % kWarp;
  const bool channels = byChannel(form, values);
  const Group at = groupAt(g, dim, channels);
  const int64_t row = at.block * kBlockTokens;
  if (channels) {
    putChannels(bitsOf(form), [&](int t) { return value(row + t, at.channel + lane); }, out + at.block * blockBytes, dim, at.channel, lane);
  } else {
    putGroup(form, value(row + at.token, at.channel + lane), out + g * groupBytes(form), lane);
  }
}

__global__ void __launch_bounds__(kThreads)
    quantiseKernel(KvForm form, bool values, const float* rows, int64_t groups, int dim, int64_t blockBytes, unsigned char* out) {
  const int64_t g = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  if (g < groups) writeGroup(form, values, g, dim, blockBytes, out, [&](int64_t row, int c) { return rows[row * dim + c]; });
}

/// blockIdx.y: a job, blockIdx.z: its keys or its values.
__global__ void __launch_bounds__(kThreads) quantiseRowsKernel(KvForm form, const QuantiseJob* jobs, Type elem, int dim, int64_t blockBytes) {
  const QuantiseJob job = jobs[blockIdx.y];
  const bool values = blockIdx.z == 1;
  const int64_t g = int64_t(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp, each = byChannel(form, values) ? dim / kBlockTokens : dim;
  if (g >= job.blocks * each) return;
  const void* from = values ? job.v : job.k;
  auto* out = static_cast<unsigned char*>(values ? job.vBlocks : job.kBlocks);
  writeGroup(form, values, g, dim, blockBytes, out,
             [&](int64_t row, int c) { return loadElement(elem, from, int64_t(job.rows ? job.rows[row] : row) * dim + c); });
}

__global__ void __launch_bounds__(kThreads)
    dequantiseKernel(KvForm form, bool values, const unsigned char* in, int64_t count, int dim, int64_t blockBytes, float* rows) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x, each = int64_t(kBlockTokens) * dim;
  if (i < count) rows[i] = blockValue(form, values, in + i / each * blockBytes, dim, int(i % each) / dim, int(i % dim));
}

/// A block moves the keys or the values of a job, a run of vectors at a time: all of it is read before any is written.
__global__ void __launch_bounds__(kThreads) moveUpKernel(const MoveJob* jobs, int vectors) {
  const MoveJob job = jobs[blockIdx.x];
  uint4* rows = static_cast<uint4*>(blockIdx.y == 1 ? job.v : job.k);
  const int64_t gap = int64_t(job.from - job.to) * vectors, begin = int64_t(job.to) * vectors, total = int64_t(job.count) * vectors;
  for (int64_t first = 0; first < total; first += kThreads) {
    const int64_t i = first + threadIdx.x;
    uint4 x{};
    if (i < total) x = rows[begin + i + gap];
    __syncthreads();
    if (i < total) rows[begin + i] = x;
    __syncthreads();
  }
}

}  // namespace

void quantiseKv(KvForm form, bool values, const float* rows, int blocks, int headDim, void* out, Stream s) {
  const int64_t groups = groupsOf(form, values, blocks, headDim);
  PRESSLAB_LAUNCH(quantiseKernel, gridFor(groups), kThreads, 0, s, form, values, rows, groups, headDim, kernels::kvBlockBytes(form, headDim),
                  static_cast<unsigned char*>(out));
}

void dequantiseKv(KvForm form, bool values, const void* in, int blocks, int headDim, float* rows, Stream s) {
  const int64_t count = int64_t(blocks) * kBlockTokens * headDim;
  PRESSLAB_LAUNCH(dequantiseKernel, unsigned((count + kThreads - 1) / kThreads), kThreads, 0, s, form, values, static_cast<const unsigned char*>(in),
                  count, headDim, kernels::kvBlockBytes(form, headDim), rows);
}

void quantiseRows(KvForm form, const QuantiseJob* jobs, int count, int mostBlocks, int headDim, Type elem, Stream s) {
  if (count < 1 || mostBlocks < 1) return;
  const dim3 grid(gridFor(int64_t(mostBlocks) * headDim), unsigned(count), 2);
  PRESSLAB_LAUNCH(quantiseRowsKernel, grid, kThreads, 0, s, form, jobs, elem, headDim, kernels::kvBlockBytes(form, headDim));
}

void moveRowsUp(const MoveJob* jobs, int count, int headDim, Type elem, Stream s) {
  if (count < 1) return;
  PRESSLAB_LAUNCH(moveUpKernel, dim3(unsigned(count), 2), kThreads, 0, s, jobs, headDim * bytesOf(elem) / int(sizeof(uint4)));
}

}  // namespace presslab::cuda
