// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kernels for AVX-512 with VNNI, BF16 and the tile registers of AMX.
#include "kernels/ops_table.h"

namespace presslab::kernels {

const Ops& opsAmx() { return kOps; }

}  // namespace presslab::kernels
