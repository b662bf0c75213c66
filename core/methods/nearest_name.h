// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// "; did you mean 'x'?" for the nearest of the names by edits, or ": " and all of them when none is near.
std::string suggestion(std::string_view written, const std::vector<std::string_view>& names);

}  // namespace presslab
