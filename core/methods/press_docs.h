// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace presslab {

/// docs/presses.md from the table: the grammar and every press with its parameters. Ends with a line end.
std::string renderPressDocs();

}  // namespace presslab
