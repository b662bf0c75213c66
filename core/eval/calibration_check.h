// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/api/eval.h"

namespace presslab {

/// A calibrated method and the same method without that part of its calibration.
struct CalibrationTwin {
  const char* what;
  const char* method;
  const char* twin;
};
/// What a calibration is held against: everything, learned importance, trained gates, head orders.
const std::vector<CalibrationTwin>& calibrationTwins();

/// Both at one length and ratio, on the same texts and at equal bytes. Length and ratio 0: all of them, `saved` is their mean, each with the same
/// weight, and kld and bytes are not filled.
struct CalibrationRow {
  std::string what, method, twin, note;  // note: not empty where one of them was refused, and why; no figure holds then
  int length = 0, samples = 0;
  double ratio = 0, kld = 0, twinKld = 0;  // mean KL divergence from the full cache, nats
  double saved = 0, lo = 0, hi = 0;        // share of the twin's divergence that calibration takes away, and its 95 % paired interval
  int64_t kvBytes = 0, twinBytes = 0;      // of the last text
};

/// The grid that is needed: task kld over `texts` held-out texts of each length. text empty: heldOutText().
EvalSpec calibrationCheckSpec(const ModelSpec&, const std::vector<int>& lengths, const std::vector<double>& ratios, int texts, int newTokens,
                              uint64_t seed);
/// Rows of a grid made by such a spec; drawn over texts and blocks of 8 positions. Pure arithmetic, deterministic with the seed.
std::vector<CalibrationRow> calibrationRows(const EvalResult&, uint64_t seed);

/// Text that no calibration reads: made-up prose by another grammar, and the generated kinds with seeds of their own, taken in turn.
std::string heldOutText(int64_t tokens);

}  // namespace presslab
