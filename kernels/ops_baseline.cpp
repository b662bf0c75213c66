// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kernels for the x86-64 baseline (SSE2), or plain vectors elsewhere.
#include "kernels/ops_table.h"

namespace presslab::kernels {

const Ops& opsBaseline() { return kOps; }

}  // namespace presslab::kernels
