// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compression on a device: scores, ranks, selection, compaction, routing, quantised storage.
#include "kernels/cuda/device_types.h"
#include "kernels/kv_quant.h"

namespace presslab::cuda {

/// Logits of the last `queries` tokens, (kvHeads * group, queries, tokens), scaled q.k up to each row's own key, become the scores of window presses
/// as core/press/score_window.cpp has them: softmax of each row, summed over rows and then over the query heads of a KV head, average pool of `pool`
/// keys before the window (zeros outside, the divisor always `pool`). The window's own rows all get the largest score of the layer + 1.
struct WindowScoreArgs {
  float* windowScores;                // overwritten
  const float* valueNorms = nullptr;  // (kvHeads, tokens), factors of the scores; null: none
  float* out;                         // (kvHeads, tokens)
  float* scratch;                     // (kvHeads, tokens)
  int kvHeads, group, queries, pool;
  int64_t tokens;
  bool byCount = false;  // each row weighted by the number of keys before it
};
void windowScores(const WindowScoreArgs&, Stream);

/// |row| of each row of a head: keys (values false) or values. out: (kvHeads, tokens).
void rowNorms(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, bool values, float* out, Stream);

/// -|k| of each row, as core/press/score_key_norm.cpp has it. out: (kvHeads, tokens). Sums in double.
void keyNormScores(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, float* out, Stream);
/// -cos(k, mean of k / |k|) of each row, as core/press/score_keydiff.cpp has it. headDim at most 256. scratch: keyDiffScratchBytes, aligned to 8.
int64_t keyDiffScratchBytes(int kvHeads, int64_t tokens, int headDim);
void keyDiffScores(const HeadState* heads, int kvHeads, int64_t tokens, Type elem, int headDim, float* out, void* scratch, Stream);

/// Ascending places 0 .. n - 1 of the scores of each head, as rankAscending of core/press/rank_order.h: of equal scores the later one ranks higher,
/// NaN lowest, -0 equals +0. scores, out: (heads, n). scratch: rankScratchBytes, aligned to 8. Radix sort, one block a head.
int64_t rankScratchBytes(int heads, int64_t n);
void ranks(const float* scores, int heads, int64_t n, int32_t* out, void* scratch, Stream);

/// Mixed scores, bit for bit those of core/routed/ranks.h. ranks: (policies, heads, tokens); gates: (tokens, policies), null: equal ones; out:
/// (heads, tokens).
void mixRanks(const int32_t* ranks, int policies, int heads, int64_t tokens, const float* gates, double shared, float* out, Stream);

/// Pins of core/routed/ranks.h in place: 2000 - i for the first `sinks` tokens, 1000 + i for the last `recent`; both at most 512.
void applyPins(float* scores, int heads, int64_t n, int64_t sinks, int64_t recent, Stream);

/// Positions of the keep[h] highest scores of each head, ascending: kernels::selectTop's rule (higher first; equal: the later first; NaN last; -0
/// equals +0). keep: (heads), on the device. kept: (heads, stride). Radix select, one block a head.
void selectTop(const float* scores, int heads, int64_t n, const int32_t* keep, int32_t* kept, int64_t stride, Stream);

/// Gathers rows of each head into new storage: to[h].k[j] = from[h].k[kept[h * stride + j]], j < count[h]; values and positions too.
/// from and to do not overlap.
void compactRows(const HeadState* from, const HeadState* to, int heads, const int32_t* kept, const int32_t* count, int64_t stride, int headDim,
                 Type elem, Stream);

constexpr int kMostExperts = 32;
constexpr int kLoadTokens = 64;  // tokens of a step of the load

/// Token router as core/routed/router.cpp has it, without upstream's balance: logits + bias choose topK experts a token (equal: the lower expert),
/// each takes at most `capacity` tokens in position order, a full one is skipped for the next best. gates: softmax of the logits without bias over
/// the chosen ones, 1 / experts where none had room. One block; work linear in tokens.
struct RouteArgs {
  const float* logits;  // (tokens, experts)
  const float* bias;    // (experts) or null
  int64_t tokens;
  int experts, topK;  // at most kMostExperts
  int64_t capacity;
  float* gates;        // (tokens, experts), 0 where not chosen
  int32_t* taken;      // (experts): tokens that an expert took
  int32_t* displaced;  // (experts): tokens that had it among their topK when it was full
  int32_t* dropped;    // (experts): tokens that no expert took, by their best
  int32_t* load;       // (experts, steps of kLoadTokens tokens): taken, by position; null: not wanted
};
void route(const RouteArgs&, Stream);

/// Rows of a head in blocks of 32 tokens as kernels::quantiseKvBlock makes them, byte for byte, and back. rows: (blocks, 32, headDim) float32.
/// headDim is a multiple of 32; blocks stand kernels::kvBlockBytes apart.
void quantiseKv(kernels::KvForm, bool values, const float* rows, int blocks, int headDim, void* out, Stream);
void dequantiseKv(kernels::KvForm, bool values, const void* in, int blocks, int headDim, float* rows, Stream);

/// Rows of a head's cache that become consecutive blocks.
struct QuantiseJob {
  const void *k, *v;        // rows of the cache's Type
  void *kBlocks, *vBlocks;  // where the first block goes
  const int32_t* rows;      // numbers of the rows, 32 a block; null: 0, 1, ...
  int32_t blocks;
};
/// jobs: (count) on the device, none with more than mostBlocks blocks. Keys and values; at most 65535 jobs.
void quantiseRows(kernels::KvForm, const QuantiseJob* jobs, int count, int mostBlocks, int headDim, Type elem, Stream);

/// Rows [from, from + count) of a head move up to row `to`, before `from`; they may overlap.
struct MoveJob {
  void *k, *v;
  int32_t to, from, count;
};
/// jobs: (count) on the device. A job's keys and values are moved by a block each, in order.
void moveRowsUp(const MoveJob* jobs, int count, int headDim, Type elem, Stream);

}  // namespace presslab::cuda
