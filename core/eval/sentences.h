// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// n sentences of a text, from a place that depends on `offset`; the text starts over at its end. A text without a sentence's end is one.
std::vector<std::string> sentences(std::string_view text, int offset, int n);
/// All bundled texts, in the order of their names, an empty line between them. Throws Failure(Io) when they are not installed.
const std::string& bundledText();

}  // namespace presslab
