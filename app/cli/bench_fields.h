// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "app/cli/output.h"
#include "core/bench/bench.h"

namespace presslab::cli {

/// A test's row: llama-bench's fields under llama-bench's names, then ours. With samples: samples_ns and samples_ts too (JSON).
Json benchJson(const BenchRow&, bool samples);

/// The Markdown table that llama-bench prints, line by line; the press stands in a column of its own when one is used.
std::string benchMarkdownHead(bool press);
std::string benchMarkdownRow(const BenchRow&, bool press);

}  // namespace presslab::cli
