// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/score_layer.h"

namespace presslab {

// Scores of all heads of a layer: out is (kvHeads, T), higher = keep. The presses and the experts of the routed family share them.

/// KeyDiff (arXiv 2504.15364): -cos(k_i, mean of k_j / |k_j|).
void keyDiffScores(const ScoreLayer&, float* out);

/// SnapKV (arXiv 2404.14469): attention of the last `queries` tokens on those before them, mean over queries and the group, average pool
/// of odd width `pool` (zeros beyond the ends count); times |v_i| with valueNorm. The window itself lies on top. queries < T, or 0.
void windowScores(const ScoreLayer&, int64_t queries, int pool, bool valueNorm, float* out);

struct ExpectedAttention {
  int64_t future = 512;  // positions T .. T+future-1 whose rotation is averaged
  int64_t sinks = 4;     // first tokens: not in the statistics, on top in the score
  bool covariance = true, valueNorm = true;
  float epsilon = 0;  // added before the value norm
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

}  // namespace presslab
