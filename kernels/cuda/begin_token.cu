// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The start of a token: every head takes one slot more, every layer gets its cut into work items, and the embedding begins the residual stream.
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/weights.cuh"

namespace presslab::cuda {
namespace {

constexpr int kThreads = 128;

/// Blocks 0 .. layers - 1 take a layer each, the ones behind them share the embedding's columns.
__global__ void __launch_bounds__(kThreads) beginTokenKernel(const BeginTokenArgs a) {
  const int b = int(blockIdx.x);
  if (b < a.layers) {
    HeadState* heads = a.heads + int64_t(b) * a.kvHeads;
    for (int h = int(threadIdx.x); h < a.kvHeads; h += kThreads) {
      HeadState state = heads[h];
      advance(state);
      if (state.positions) state.positions[state.slot] = a.token->position;
      heads[h].length = state.length;
      heads[h].next = state.next;
      heads[h].slot = state.slot;
      a.plans[b].arrived[h] = 0;
    }
    __syncthreads();
    if (threadIdx.x == 0) a.plans[b].chunk = chunkFor(heads, a.kvHeads, a.items);
    return;
  }
  const int c = (b - a.layers) * kThreads + int(threadIdx.x);
  if (c >= a.embedding.cols) return;
  float x = elementAt(a.embedding, a.token->id, c) * a.embeddingScale;
  if (a.learnedPositions) x += a.learnedPositions[int64_t(a.token->position) * a.embedding.cols + c];
  a.x[c] = x;
}

}  // namespace

void beginToken(const BeginTokenArgs& a, Stream s) {
  const int blocks = a.layers + (a.embedding.cols + kThreads - 1) / kThreads;
  PRESSLAB_LAUNCH(beginTokenKernel, blocks, kThreads, 0, s, a);
}

}  // namespace presslab::cuda
