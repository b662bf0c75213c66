// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/trace.h"

namespace presslab {

/// The part of a context that is being repeated behind it.
struct RepeatedPart {
  int64_t sinks = 0;                                // first tokens that take part in the attention; at most `from`
  int64_t from = 0, to = 0;                         // the part
  bool normalised = false;                          // KVzip+: attention / |x of the reader| * |W_o v of the key|
  bool meanOfReaders = false, meanOfGroup = false;  // instead of the highest
};

/// KVzip (arXiv 2505.23416): how strongly each token of the part is looked at while it is repeated. Attention of the tokens read among the first
/// `sinks` tokens, the part, and the tokens read up to their own; the highest (or the mean) over those tokens, then over the group. Needs keys and
/// queries, with `normalised` values, input and output too. out: `to - from` scores of each KV head, heads `stride` floats apart. A batch of readers
/// stands at a time: room for 12 rows of sinks + part + tokens read a thread, and the keys once more. Shared by the trace's pool.
void repeatScores(const ReadLayer&, const HeadShape&, const RepeatedPart&, float* out, int64_t stride);

}  // namespace presslab
