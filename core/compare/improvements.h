// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// Id of a spec's press; of a sequence "a+b" the ids joined by '+'.
std::string pressIds(const std::string& spec);
bool isDuo(const MethodMetrics&);     // duo alone
bool isRouted(const MethodMetrics&);  // eplb_duo, eplb, or the guide's literal eplb(..)+duo(..)
/// It has figures that can be compared.
bool hasFigures(const MethodMetrics&);
/// Index of the baseline (`none`), or -1.
int baselineIndex(const std::vector<MethodMetrics>&);

/// Memory: KV bytes after compression saved; time: whole run saved; speed: decoded tokens per second gained; each in per cent of `vs`.
/// kldRatio: mean divergence over that of `vs`, valid where both were measured and that of `vs` is above 0.
Improvement improvementOver(const MethodMetrics& method, const MethodMetrics& vs);
/// Every method over the baseline in order, then every routed method over every duo.
std::vector<Improvement> improvementsOf(const std::vector<MethodMetrics>&);

/// Upper limit of the decode speed-up where reading memory is all that takes time: (W + KV of vs) / (W + KV of method).
double boundSpeedup(const MethodMetrics& method, const MethodMetrics& vs, int64_t weightBytes);

}  // namespace presslab
