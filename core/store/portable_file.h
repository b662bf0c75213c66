// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/api/metrics.h"

namespace presslab {

/// Begins as SQLite files do.
bool isSqliteFile(const std::string& path);
/// The run of a portable file that holds exactly one. Throws Failure.
Comparison onlyRunOf(const std::string& path);

}  // namespace presslab
