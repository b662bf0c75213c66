// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/compare/replay.h"

namespace presslab {

/// The spec with its ratio replaced or added (the innermost press of a wrapper carries it; head_ratio gives way). Throws Failure(BadInput) for
/// a spec whose ratio cannot be set in one place: a sequence a+b, none, eplb_ratio= and duo_ratio=.
std::string withRatio(const std::string& spec, double ratio);

/// A comparison at equal bytes: every method but `none` and the first other one (the reference) gets the ratio whose predicted bytes come
/// nearest to the reference's. Throws Failure(BadInput) when a ratio cannot be set.
std::vector<std::string> matchBytes(const std::vector<std::string>& specs, const RunContext&);

/// A comparison at equal quality: every method but `none` and the reference gets the largest ratio, in steps of .05, whose mean divergence,
/// by replay on the same prompt and continuation, is at most the reference's. A method that stays above it at every step keeps the smallest
/// ratio it accepts, and a note says so.
struct QualityMatch {
  std::vector<std::string> specs, notes;
};
QualityMatch matchQuality(LoadedModel&, const PromptIds&, const std::vector<std::string>& specs, const RunContext&, int newTokens,
                          const Replay::Progress&, std::stop_token);

}  // namespace presslab
