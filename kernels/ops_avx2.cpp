// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kernels for AVX2, FMA and F16C.
#include "kernels/ops_table.h"

namespace presslab::kernels {

const Ops& opsAvx2() { return kOps; }

}  // namespace presslab::kernels
