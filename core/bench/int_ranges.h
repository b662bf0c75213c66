// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// llama-bench's lists: "512,1024", "first-last", "first-last+step", "first-last*factor", mixed with commas. Values are 0..limit.
/// Throws Failure(BadInput) naming the option and the part at fault.
std::vector<int> parseIntRanges(std::string_view option, std::string_view text, int limit);

}  // namespace presslab
