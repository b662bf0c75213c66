// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace presslab::cli {

/// "none;duo(ratio=0.5);..." to its specs, each parsed: canonical text. Throws Failure(BadInput) naming the spec, and when there is none.
std::vector<std::string> parseSpecs(const std::string& option, const std::string& text);

}  // namespace presslab::cli
