// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/press/query_stats.h"
#include "core/press/trace.h"

namespace presslab {

/// Curve and gates that belong to one expert list (routed-press.md sections 1.3, 1.5, 2).
struct ExpertSet {
  std::vector<std::string> experts;    // policy names in order
  std::vector<float> curve;            // (L, kvHeads, 12); empty: none
  std::vector<float> gateW;            // (L, hidden, E); empty: no trained gates
  std::vector<float> gateC, gateBias;  // (L, E)
};

/// Calibration of one model; the file format is a safetensors file.
struct Pattern {
  static constexpr std::array<float, 12> kGrid{.03f, .06f, .125f, .2f, .3f, .4f, .5f, .6f, .7f, .8f, .9f, 1.f};
  static constexpr std::array<std::array<int, 2>, 4> kWindows{{{128, 512}, {64, 256}, {16, 112}, {4, 64}}};  // sink, recent
  HeadShape shape;
  std::string fingerprint, source;  // source: "file", "light", "tsv"
  std::vector<float> streamErr;     // (4, L, kvHeads), one per window; a TSV fills all four alike
  std::vector<float> loo;           // (L, kvHeads) KL divergence in nats with this head alone streaming; empty: not measured
  std::vector<float> duoGates;      // (L, kvHeads) DuoAttention's alpha in [0,1]; empty: not trained
  std::vector<float> onTheFly;      // (L, kvHeads) area under the cumulated attention of mean query on mean key; empty: not measured
  std::vector<float> importance;    // (L, kvHeads, hidden + 5); empty: not learned
  QueryStats stats;                 // of the queries, for presses that read them; empty: not calibrated
  std::vector<ExpertSet> sets;
  std::map<std::string, std::string> metadata;
  const ExpertSet* findSet(const std::vector<std::string>& experts) const;
};

/// Fingerprint of a loaded model (routed-press.md section 2).
class ModelFile;
std::string modelFingerprint(const ModelFile&);
/// 16 hexadecimal digits over every value of a calibration: equal digests, equal calibrations, wherever they are kept.
std::string patternDigest(const Pattern&);
Pattern readPattern(const std::string& path, const HeadShape&, const std::string& fingerprint);  // throws Failure(BadInput)
void writePattern(const Pattern&, const std::string& path);                                      // atomic; throws Failure(Io)
/// The text of such a file, as numpy writes it: L rows of kvHeads values joined by tabs, 18 decimals. values: (L, kvHeads).
std::string duoTsv(const std::vector<float>& values, const HeadShape&);
/// DuoAttention's full_attention_heads.tsv: L rows x kvHeads columns, clipped to [0,1]; streamErr becomes the value (low streams first).
Pattern readDuoTsv(const std::string& path, const HeadShape&);

}  // namespace presslab
