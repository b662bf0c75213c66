// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/api/run_spec.h"

namespace presslab::cli {

/// One comparison, printed in the format; partial results are printed too. history: it is kept there once it is printed. Returns the exit
/// code.
int compareOnce(const CompareSpec&, Format, bool history, const Context&);

/// 1,000, 2,000 and 4,000 tokens at ratios .3, .5 and .7 with none, duo and eplb_duo; lengths that the model has no positions for are
/// left out with a remark. All rows go into one table; with an output folder also into suite.csv there, beside one run folder each.
int runFullSuite(const CompareSpec&, Format, bool history, const Context&);

}  // namespace presslab::cli
