// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/api/run_store.h"

namespace presslab::cli {

/// Lays kept runs over each other: a row for each run and method, gains over the first run's same method, over none and over Duo; which
/// settings differ; and what must not be compared, on stderr too where the format has no place for it.
int compareRuns(const RunStore&, const std::vector<std::string>& ids, Format, const Context&);

}  // namespace presslab::cli
