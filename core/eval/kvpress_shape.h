// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/api/eval.h"

namespace presslab {

/// Scored tasks as kvpress's evaluation leaves them: a folder for each method and length, named dataset__length__model__press__ratio, with
/// config.yaml, predictions.csv and metrics.json (task -> string_match in per cent), so that its notebooks read ours. Throws Failure(Io).
void writeKvpressFolders(const EvalResult&, const std::string& dir);

}  // namespace presslab
