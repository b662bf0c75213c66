// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/bench/machine.h"

#include "kernels/kernels.h"

namespace presslab {

std::string cpuDescription() { return kernels::cpuName(); }

std::string cpuInstructionSets() { return kernels::cpuFlags(); }

}  // namespace presslab
