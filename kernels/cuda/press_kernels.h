// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compression on a device: scores, ranks, selection, compaction, routing, quantised storage.
#include "kernels/cuda/device_types.h"
#include "kernels/kv_quant.h"

namespace presslab::cuda {

/// Window scores (kvHeads * group, queries, tokens), scaled q.k of causal rows, become the mean attention of each key before the window: softmax of
/// each row over the keys it sees, mean over queries and the query heads of a KV head, average pool of `pool` keys (zeros outside, divisor always
/// `pool`). out: (kvHeads, tokens); the window's own keys get +inf in ascending order of preference (see putOnTop of core/press/score_layer.h: they
/// rank above all others). The same figures as core/press/score_window.cpp. valueNorms: (kvHeads, tokens) or null. scratch: (kvHeads, tokens).
struct WindowScoreArgs {
  float* windowScores;  // overwritten
  const float* valueNorms = nullptr;
  float* out;
  float* scratch;
  int kvHeads, group, queries, pool;
  int64_t tokens;
  bool byCount = false;  // each row weighted by the keys it sees
  float topBase = 0;     // what a window key scores: topBase + its index, above every other score
};
void windowScores(const WindowScoreArgs&, Stream);

/// |row| of each row of a head: keys (values false) or values. out: (kvHeads, tokens).
void rowNorms(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, bool values, float* out, Stream);

/// Ranks (ascending position + .5) / n of the scores of each head, ties: the later token higher. scores, out: (heads, n). scratch: rankScratchBytes.
int64_t rankScratchBytes(int heads, int64_t n);
void ranks(const float* scores, int heads, int64_t n, float* out, void* scratch, Stream);

/// Positions of the keep[h] highest scores of each head, ascending: kernels::selectTop's rule (higher first; equal: the later first; NaN last; -0 as
/// the CPU has it). kept: (heads, stride). Radix select, one block a head.
void selectTop(const float* scores, int heads, int64_t n, const int32_t* keep, int32_t* kept, int64_t stride, Stream);

/// Gathers rows of each head into new storage: to[h].k[j] = from[h].k[kept[h * stride + j]], j < count[h]; values and positions too.
/// from and to do not overlap.
void compactRows(const HeadState* from, const HeadState* to, int heads, const int32_t* kept, const int32_t* count, int64_t stride, int headDim,
                 Type elem, Stream);

/// Router of routed-press.md: logits (tokens, experts) + bias choose top_k experts a token (equal: lower expert), each expert takes at most
/// `capacity` tokens in position order, a full one is skipped for the next best. gates: softmax of the logits without bias over the chosen ones. The
/// same result as core/routed/router.cpp. One block; linear in tokens.
struct RouteArgs {
  const float* logits;
  const float* bias;  // (experts) or null
  int64_t tokens;
  int experts, topK;
  int64_t capacity;
  float* gates;        // (tokens, experts), 0 where not chosen
  int32_t* load;       // (experts)
  int32_t* displaced;  // (1)
  int32_t* dropped;    // (1)
};
void route(const RouteArgs&, Stream);

/// Rows of a head in blocks of 32 tokens as kernels::quantiseKvBlock makes them, and back. rows: (blocks, 32, headDim) float32.
void quantiseKv(kernels::KvForm, bool values, const float* rows, int blocks, int headDim, void* out, Stream);
void dequantiseKv(kernels::KvForm, bool values, const void* in, int blocks, int headDim, float* rows, Stream);

}  // namespace presslab::cuda
