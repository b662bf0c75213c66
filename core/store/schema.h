// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/store/sqlite.h"

namespace presslab {

/// Tells our files from other SQLite files: "PLab" in the header.
inline constexpr int64_t kApplicationId = 0x504c6162;

/// Schema version of a file of ours; 0: an empty file. Throws Failure(BadInput) for another program's file and for a newer schema, with file
/// and versions. Reads only.
int64_t requireOurs(const Database&);
/// Makes or brings up to date, in one transaction.
void migrate(const Database&);

}  // namespace presslab
