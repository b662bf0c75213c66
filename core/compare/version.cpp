// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/lab.h"
#include "presslab_commit.h"

namespace presslab {

Version programVersion() { return {PRESSLAB_VERSION, PRESSLAB_COMMIT}; }

}  // namespace presslab
