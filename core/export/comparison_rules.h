// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/api/metrics.h"

namespace presslab {

/// What charts and tables take for granted of a comparison that was read from a file: indices and counts in range. Throws
/// Failure(BadInput) naming the field.
void requireSensible(const Comparison&);

}  // namespace presslab
