// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/api/eval.h"

namespace presslab {

using EvalValue = std::variant<std::string, int64_t, double, bool>;

/// One field of a row: command line, CSV, JSON and the window's table all come from here. NaN: not measured.
struct EvalColumn {
  std::string_view key;
  EvalValue (*get)(const EvalRow&);
};
std::span<const EvalColumn> evalColumns();

}  // namespace presslab
