// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace presslab {

/// The CPU's name, and the instruction sets that the kernels choose from.
std::string cpuDescription();
std::string cpuInstructionSets();

}  // namespace presslab
