// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "app/cli/output.h"
#include "core/api/run_store.h"

namespace presslab::cli {

/// All that the history knows of a run without opening it; figures under the keys of the summary, in its units.
Json runJson(const StoredRun&);
/// One line for people: figures of the methods in their order, separated by blanks.
Json runLine(const StoredRun&);
/// A row for each method, as a data frame wants it.
std::vector<Json> runMethodRows(const StoredRun&);
/// Runs in one format: a line each for people, an object each for json and jsonl, a row a method for csv and sql.
void printRuns(Format, const std::vector<StoredRun>&);

}  // namespace presslab::cli
