// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/api/run_store.h"
#include "core/store/sqlite.h"

namespace presslab {

/// "done"; "cancelled"; "failed": no method has figures; "partial": some have none.
std::string stateOf(const Comparison&);
/// The rows of `runs` and `methods` for a run that is not there yet.
void insertIndex(const Database&, const Comparison&, int64_t documentBytes);
/// All runs, newest first, without those in the bin; or the one of this id.
std::vector<StoredRun> readIndex(const Database&, const std::string& id);

}  // namespace presslab
