// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kernels for AVX-512 F, BW, DQ, VL.
#include "kernels/ops_table.h"

namespace presslab::kernels {

const Ops& opsAvx512() { return kOps; }

}  // namespace presslab::kernels
