// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// Share of the answers that stand in the prediction, case ignored (ASCII); control characters of the prediction count as line ends. RULER's
/// string match, as a fraction. No answers: 0.
double matchShare(std::string_view prediction, const std::vector<std::string>& answers);

}  // namespace presslab
