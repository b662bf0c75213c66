// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/score_layer.h"

namespace presslab {

// Scores of all heads of a layer: out is (kvHeads, T), higher = keep. The presses and the experts of the routed family share them. With
// LayerTrace::device they are made there and stay there (core/press/device_layer.h); out gets a copy unless it is null.

/// Key norm (arXiv 2406.11430): -|k_i|.
void keyNormScores(const ScoreLayer&, float* out);

/// putOnTop() of score_layer.h for scores that may stand on a device.
void putOnTop(const ScoreLayer&, int64_t from, int64_t to, float* out);

/// KeyDiff (arXiv 2504.15364): -cos(k_i, mean of k_j / |k_j|).
void keyDiffScores(const ScoreLayer&, float* out);

/// SnapKV (arXiv 2404.14469): attention of the last `queries` tokens on those before them, mean over queries and the group, average pool
/// of odd width `pool` (zeros beyond the ends count); times |v_i| with valueNorm. The window itself lies on top. queries < T, or 0.
/// byCount: each query's attention counts as many times as keys lie before it (FINCH).
void windowScores(const ScoreLayer&, int64_t queries, int pool, bool valueNorm, float* out, bool byCount = false);

/// The rotation averaged over the `future` positions behind the context, per pair; empty without rotary positions.
std::vector<Rotation> meanRotation(const LayerTrace&, int64_t future);
/// Turns the pairs of a strided vector of headDim values by such a rotation.
void turnPairs(float* x, int64_t step, const std::vector<Rotation>&);

struct ExpectedAttention {
  int64_t future = 512;  // positions T .. T+future-1 whose rotation is averaged
  int64_t sinks = 4;     // first tokens: not in the statistics, on top in the score
  bool covariance = true, valueNorm = true;
  float epsilon = 0;  // added before the value norm
  /// Statistics of the queries of the trace's heads before rotation, (queryHeads, d) and (queryHeads, d, d); null: those of the context.
  const float* mean = nullptr;
  const float* cov = nullptr;
};
/// Expected attention (arXiv 2510.00636): softmax over i >= sinks of k.mu/sqrt d + k'Sigma k/2d with the queries' mean and covariance before
/// rotation, turned by the mean future rotation; mean over the group. T > sinks.
void expectedScores(const ScoreLayer&, const ExpectedAttention&, float* out);

/// Observed attention (as H2O, arXiv 2306.14048): mean over the causal column of a token and the group; times |v_i| with valueNorm. Row by row,
/// never a T x T matrix.
void observedScores(const ScoreLayer&, bool valueNorm, float* out);

/// TOVA (arXiv 2401.06104): the last token's attention, mean over all query heads, the same for every KV head; the last token on top.
void tovaScores(const ScoreLayer&, float* out);

struct LagKv {
  int64_t sinks = 4, block = 128;
  bool crossScoring = false;  // raw scores instead of ranks inside a block
};
/// LagKV (arXiv 2504.04704): spread of a token over channels scaled to the range of the next block, of K and V; first tokens, the last block and
/// the rest have score 1. Shorter than sinks + 2 blocks: recency behind the sinks.
void lagScores(const ScoreLayer&, const LagKv&, float* out);

/// Leverage of the keys before rotation (Compactor, arXiv 2507.08143): x'(X'X + jI)^-1 x with X the centred keys times a Gaussian sketch of
/// `sketch` columns drawn from seed, layer and head; z-scores over all heads. Throws Failure(Failed) when X'X + jI has no factor.
void leverageScores(const ScoreLayer&, uint64_t seed, int sketch, float* out);

/// Attention inside chunks without a causal mask (Compactor): softmax of q.k without 1/sqrt d over the chunk, summed over its queries, mean over
/// the group, times |v|, average pool of 3; z-scores over all heads. A last chunk may be short; nothing is padded.
void nonCausalScores(const ScoreLayer&, int64_t chunk, float* out);

}  // namespace presslab
