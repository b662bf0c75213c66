// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/press/trace.h"

namespace presslab {

struct Pattern;

/// Names of the first `count` expert policies in the order of routed-press.md section 1.2; learned importance is left out unless
/// withImportance. From the ninth on: windowed attention with 128, 256, ... queries.
std::vector<std::string> expertNames(int count, bool withImportance);
/// Expert list written by the user: names joined by '|' or '/'. Throws Failure(BadInput) naming an unknown one.
std::vector<std::string> parseExperts(std::string_view text);
bool isExpertName(std::string_view name);

/// Scores of one policy for all heads of a layer: out is (kvHeads, T), higher = keep. `pattern` is needed by importance only.
void policyScores(const std::string& name, const LayerTrace&, const HeadShape&, const Pattern* pattern, float* out);

/// Ranks of several policies: out is (policies, kvHeads, T), the ascending place of a token in its head, 0..T-1.
std::vector<int32_t> policyRanks(const std::vector<std::string>& names, const LayerTrace&, const HeadShape&, const Pattern* pattern);

/// The same left on the trace's device, as ranks of the policies in this order.
void policyRanksOnDevice(const std::vector<std::string>& names, const LayerTrace&, const HeadShape&, const Pattern* pattern);
/// What a device must record of a context of `tokens` for it.
DeviceNeeds policyDeviceNeeds(const std::vector<std::string>& names, int64_t tokens);

}  // namespace presslab
